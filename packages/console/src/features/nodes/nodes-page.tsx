import { PageSection } from '@patternfly/react-core';
import { useSummary } from '../../api/platform.ts';
import { NodeTable } from '../../components/node-table.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';

/** The machines of the enterprise cluster. */
export function NodesPage() {
  const summary = useSummary();
  return (
    <PageSection>
      <PageHeading>
        The machines of the enterprise cluster. During an upgrade each is replaced from the new template, one at a time.
      </PageHeading>
      <QueryView query={summary} what="the nodes">
        {({ nodes }) => <NodeTable nodes={nodes} />}
      </QueryView>
    </PageSection>
  );
}
