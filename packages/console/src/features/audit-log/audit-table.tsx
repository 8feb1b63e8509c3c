import { ExpandableRowContent, Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { AuditEntry } from '@sealift/core/api';
import { useState } from 'react';
import { Moment } from '../../components/moment.tsx';

/** A page of the log; a row unfolds to its details and hashes. */
export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <Table variant="compact" aria-label="Audit log" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th screenReaderText="Details" />
          <Th>Number</Th>
          <Th>Time</Th>
          <Th>Actor</Th>
          <Th>Action</Th>
          <Th>Subject</Th>
          <Th modifier="nowrap">From address</Th>
        </Tr>
      </Thead>
      {entries.map((entry) => (
        <AuditRow key={entry.sequence} entry={entry} />
      ))}
    </Table>
  );
}

function AuditRow({ entry }: { entry: AuditEntry }) {
  const [open, setOpen] = useState(false);
  return (
    <Tbody isExpanded={open}>
      <Tr>
        <Td
          expand={{
            rowIndex: entry.sequence,
            isExpanded: open,
            onToggle: () => setOpen(!open),
            expandId: 'audit',
          }}
        />
        <Td dataLabel="Number">{entry.sequence}</Td>
        <Td dataLabel="Time">
          <Moment at={entry.at} />
        </Td>
        <Td dataLabel="Actor">{entry.actor}</Td>
        <Td dataLabel="Action">{entry.action}</Td>
        <Td dataLabel="Subject" modifier="breakWord">
          {entry.subject}
        </Td>
        <Td dataLabel="From address">{entry.address}</Td>
      </Tr>
      {open && (
        <Tr isExpanded>
          <Td />
          <Td colSpan={6}>
            <ExpandableRowContent>
              <pre className="details">{JSON.stringify(entry.details, null, 2)}</pre>
              <p className="quiet">
                Hash <code>{entry.hash}</code>
                <br />
                Previous <code>{entry.previousHash}</code>
              </p>
            </ExpandableRowContent>
          </Td>
        </Tr>
      )}
    </Tbody>
  );
}
