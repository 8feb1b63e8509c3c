import { EmptyState, EmptyStateBody, PageSection } from '@patternfly/react-core';
import { Link } from 'react-router';
import { useSummary } from '../../api/platform.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { GuidedAdoption } from './guided-adoption.tsx';

/** Leads from a cluster that this console knows nothing of to the release recorded as installed. */
export function AdoptPage() {
  const summary = useSummary();
  return (
    <PageSection>
      <PageHeading>
        A console can upgrade a platform once it knows which release runs, and with which values. It finds both out by
        looking.
      </PageHeading>
      <QueryView query={summary} what="the summary">
        {({ version, product }) =>
          version === null ? (
            <GuidedAdoption />
          ) : (
            <EmptyState titleText={`${product} ${version} is recorded as installed`} headingLevel="h2" status="success">
              <EmptyStateBody>
                Its layers and their values are in the <Link to="/cluster/profile">Profile</Link>; newer releases are in{' '}
                <Link to="/updates">Update Management</Link>.
              </EmptyStateBody>
            </EmptyState>
          )
        }
      </QueryView>
    </PageSection>
  );
}
