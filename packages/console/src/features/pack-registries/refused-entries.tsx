import { Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { SyncState } from '@sealift/core/api';

interface RefusedEntriesProps {
  registry: string;
  refused: SyncState['refused'];
}

/** What a sync found and did not accept, why, and the remedy. */
export function RefusedEntries({ registry, refused }: RefusedEntriesProps) {
  if (refused.length === 0) return null;
  const title = `Refused by the last sync of ${registry}`;
  return (
    <section className="refused">
      <Title headingLevel="h2" size="lg">
        {title}
      </Title>
      <Table variant="compact" aria-label={title} gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Entry</Th>
            <Th>Why</Th>
            <Th>What to do</Th>
            <Th>Code</Th>
          </Tr>
        </Thead>
        <Tbody>
          {refused.map((entry) => (
            <Tr key={`${entry.name} ${entry.code}`}>
              <Td dataLabel="Entry">
                <code>{entry.name}</code>
              </Td>
              <Td dataLabel="Why">{entry.detail}</Td>
              <Td dataLabel="What to do">{entry.hint}</Td>
              <Td dataLabel="Code">
                <code>{entry.code}</code>
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </section>
  );
}
