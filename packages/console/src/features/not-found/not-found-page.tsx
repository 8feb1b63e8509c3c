import { EmptyState, EmptyStateBody, PageSection } from '@patternfly/react-core';
import { Link } from 'react-router';
import { PageHeading } from '../../components/page-heading.tsx';

/** An address that no page has. */
export function NotFoundPage() {
  return (
    <PageSection>
      <PageHeading title="No such page" />
      <EmptyState titleText="There is nothing at this address" headingLevel="h2">
        <EmptyStateBody>
          Choose a page from the Main Menu, or go to <Link to="/">Summary</Link>.
        </EmptyStateBody>
      </EmptyState>
    </PageSection>
  );
}
