import { PageSection } from '@patternfly/react-core';
import { everyMs, useNodes } from '../../api/cluster.ts';
import { NodeTable } from '../../components/node-table.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { UnknownSince } from '../../components/unknown-since.tsx';

/** The machines of the enterprise cluster. */
export function NodesPage() {
  const nodes = useNodes();
  return (
    <PageSection>
      <PageHeading>
        The machines of the enterprise cluster. During an upgrade each is replaced from the new template, one at a time.
      </PageHeading>
      <QueryView query={nodes} what="the nodes">
        {({ nodes: shown, askedAt }) => (
          <>
            <UnknownSince what="the nodes and what they run" query={nodes} everyMs={everyMs.nodes} trueAt={askedAt} />
            <NodeTable nodes={shown} />
          </>
        )}
      </QueryView>
    </PageSection>
  );
}
