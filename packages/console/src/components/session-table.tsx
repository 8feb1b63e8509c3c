import { Button, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { SessionView } from '@sealift/core/api';
import { Moment } from './moment.tsx';

interface SessionTableProps {
  sessions: readonly SessionView[];
  isPending: boolean;
  onEnd: (id: string) => void;
}

/** Sessions, the one that was used last first. */
export function SessionTable({ sessions, isPending, onEnd }: SessionTableProps) {
  if (sessions.length === 0) return <p className="quiet">There is no session.</p>;
  return (
    <Table variant="compact" aria-label="Sessions" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>Browser</Th>
          <Th modifier="nowrap">From address</Th>
          <Th>Since</Th>
          <Th modifier="nowrap">Last used</Th>
          <Th screenReaderText="Actions" />
        </Tr>
      </Thead>
      <Tbody>
        {sessions.map(({ id, agent, address, startedAt, lastUsedAt, isThis }) => (
          <Tr key={id}>
            <Td dataLabel="Browser" modifier="breakWord">
              {agent === '' ? 'not told' : agent} {isThis && <Label isCompact>this one</Label>}
            </Td>
            <Td dataLabel="From address">{address}</Td>
            <Td dataLabel="Since">
              <Moment at={startedAt} />
            </Td>
            <Td dataLabel="Last used">
              <Moment at={lastUsedAt} />
            </Td>
            <Td isActionCell>
              <Button
                variant="link"
                isInline
                isDanger
                isDisabled={isPending}
                aria-label={`End the session from ${address}`}
                onClick={() => onEnd(id)}
              >
                End
              </Button>
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
