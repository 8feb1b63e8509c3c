import { Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import type { ClusterNode } from '@sealift/core/cluster';
import { Link } from 'react-router';
import { NodeTable } from '../../components/node-table.tsx';

/** The enterprise cluster's nodes at a glance. */
export function NodesCard({ nodes }: { nodes: readonly ClusterNode[] }) {
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          <Link to="/cluster/nodes">Nodes</Link>
        </Title>
      </CardTitle>
      <CardBody>
        <NodeTable nodes={nodes} />
      </CardBody>
    </Card>
  );
}
