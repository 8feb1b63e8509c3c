import { Card, CardBody, CardTitle, Label, Title } from '@patternfly/react-core';
import type { Summary } from '@sealift/core/api';
import type { ClusterNode } from '@sealift/core/cluster';
import { Link } from 'react-router';
import { Moment } from '../../components/moment.tsx';

interface NodesCardProps {
  summary: Pick<Summary, 'nodes' | 'nodesKnown'>;
  /** When that was asked for, by the reader's clock, ms since 1970. */
  askedAt: number;
}

/** The enterprise cluster's nodes at a glance: how many of each kind are ready and what they run, and which are not ready. */
export function NodesCard({ summary: { nodes, nodesKnown }, askedAt }: NodesCardProps) {
  const groups = [...Map.groupBy(nodes, ({ role, version, template }) => JSON.stringify([role, version, template]))];
  const notReady = nodes.filter(({ ready }) => !ready);
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          <Link to="/cluster/nodes">Nodes</Link>
        </Title>
      </CardTitle>
      <CardBody>
        {!nodesKnown && (
          <p>
            Unknown: the cluster could not be asked, at <Moment at={new Date(askedAt).toISOString()} />. The checks
            above tell why.
          </p>
        )}
        {nodesKnown && nodes.length === 0 && (
          <p>The cluster reported no node. Check that the server can reach the cluster.</p>
        )}
        {groups.length > 0 && (
          <ul className="node-groups" aria-label="Nodes by what they run">
            {groups.map(([key, group]) => (
              <NodeGroup key={key} nodes={group} />
            ))}
          </ul>
        )}
        {notReady.length > 0 && (
          <ul className="node-groups" aria-label="Nodes that are not ready">
            {notReady.map(({ name, message, phase }) => (
              <li key={name}>
                <Label isCompact variant="outline" status="warning">
                  Not ready
                </Label>{' '}
                <strong>{name}</strong> {[phase, message].filter((text) => text !== '').join(': ')}
              </li>
            ))}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}

function NodeGroup({ nodes }: { nodes: readonly ClusterNode[] }) {
  const [first] = nodes;
  if (first === undefined) return null;
  const { role, version, template } = first;
  const ready = nodes.filter((node) => node.ready).length;
  return (
    <li>
      <strong>
        {role === 'control-plane' ? 'Control plane' : 'Workers'}: {ready} of {nodes.length} ready
      </strong>
      <br />
      Kubernetes {version}
      {template !== '' && (
        <>
          , template <code>{template}</code>
        </>
      )}
    </li>
  );
}
