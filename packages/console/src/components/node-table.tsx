import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ClusterNode } from '@sealift/core/cluster';
import { Moment } from './moment.tsx';

/** Nodes with machine, role, version, template, and what each is doing or waiting for. */
export function NodeTable({ nodes }: { nodes: readonly ClusterNode[] }) {
  if (nodes.length === 0) return <p>The cluster reported no node. Check that the server can reach the cluster.</p>;
  return (
    <Table variant="compact" aria-label="Nodes" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>State</Th>
          <Th>Since</Th>
          <Th>Role</Th>
          <Th>Kubernetes</Th>
          <Th>Template</Th>
          <Th>Message</Th>
        </Tr>
      </Thead>
      <Tbody>
        {nodes.map((node) => (
          <Tr key={node.name}>
            <Td dataLabel="Name">
              {node.name}
              {node.machine !== null && node.machine !== node.name && <p className="quiet">Machine {node.machine}</p>}
            </Td>
            <Td dataLabel="State">
              <Label isCompact variant="outline" status={node.ready ? 'success' : 'warning'}>
                {node.ready ? 'Ready' : 'Not ready'}
              </Label>
              {node.phase !== '' && <span className="quiet"> {node.phase}</span>}
            </Td>
            <Td dataLabel="Since">{node.since !== null && <Moment at={node.since} />}</Td>
            <Td dataLabel="Role">{node.role === 'control-plane' ? 'Control plane' : 'Worker'}</Td>
            <Td dataLabel="Kubernetes">{node.version}</Td>
            <Td dataLabel="Template">
              <code>{node.template}</code>
            </Td>
            <Td dataLabel="Message">{node.message}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
