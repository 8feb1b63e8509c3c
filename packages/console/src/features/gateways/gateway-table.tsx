import { Label, type LabelProps } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { GatewayView } from '@sealift/core/api';
import { holdText, type Paused } from '@sealift/core/gateway';
import { useMay } from '../../api/session.ts';
import { Moment } from '../../components/moment.tsx';
import { GatewayMenu } from './gateway-menu.tsx';

interface GatewayTableProps {
  gateways: readonly GatewayView[];
  onPause: (paused: Paused) => void;
  onRemove: (name: string) => void;
}

/** A row for each gateway. */
export function GatewayTable({ gateways, onPause, onRemove }: GatewayTableProps) {
  return (
    <Table variant="compact" aria-label="Gateways" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>Site</Th>
          <Th>State</Th>
          <Th>Version</Th>
          <Th>Last seen</Th>
          <Th screenReaderText="Actions" />
        </Tr>
      </Thead>
      <Tbody>
        {gateways.map((gateway) => (
          <GatewayRow key={gateway.id} gateway={gateway} onPause={onPause} onRemove={onRemove} />
        ))}
      </Tbody>
    </Table>
  );
}

function GatewayRow({ gateway, onPause, onRemove }: Omit<GatewayTableProps, 'gateways'> & { gateway: GatewayView }) {
  const { name, site, version, wanted, seenAt } = gateway;
  const mayChange = useMay('gateways.change');
  return (
    <Tr>
      <Td dataLabel="Name">{name}</Td>
      <Td dataLabel="Site">{site}</Td>
      <Td dataLabel="State" modifier="breakWord">
        <State gateway={gateway} />
      </Td>
      <Td dataLabel="Version">{wanted === null || wanted === version ? version : `${version}, to run ${wanted}`}</Td>
      <Td dataLabel="Last seen">{seenAt === null ? 'never' : <Moment at={seenAt} />}</Td>
      <Td isActionCell>{mayChange && <GatewayMenu gateway={gateway} onPause={onPause} onRemove={onRemove} />}</Td>
    </Tr>
  );
}

const looks: Readonly<Record<GatewayView['state'], { text: string; status?: LabelProps['status'] }>> = {
  current: { text: 'Up to date', status: 'success' },
  behind: { text: 'Waits for its turn', status: 'info' },
  unserved: { text: 'Older, and the release brings nothing for its platform', status: 'warning' },
  updating: { text: 'Upgrading itself', status: 'info' },
  paused: { text: 'Paused', status: 'warning' },
  failed: { text: 'Went back', status: 'danger' },
  silent: { text: 'Silent', status: 'danger' },
  new: { text: 'Registered, never seen' },
};

function State({ gateway: { state, holds, failure, trouble } }: { gateway: GatewayView }) {
  const { text, status } = looks[state];
  const [hold] = holds;
  return (
    <>
      <Label isCompact {...(status === undefined ? {} : { status })}>
        {text}
      </Label>
      {hold !== undefined && <div>{holdText(hold)}</div>}
      {failure !== null && (
        <div>
          From {failure.version}: {failure.reason}
        </div>
      )}
      {trouble !== null && <div>{trouble}</div>}
    </>
  );
}
