import { Label, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { AvailableUpdate } from '@sealift/core/planner';
import { LockedButton } from '../../components/locked-button.tsx';

interface VersionTableProps {
  available: readonly AvailableUpdate[];
  recommended: string | undefined;
  onUpdate: (version: string) => void;
}

/** Every newer version with whether it may be installed from here, and why not. */
export function VersionTable({ available, recommended, onUpdate }: VersionTableProps) {
  return (
    <section className="versions">
      <Title headingLevel="h2" size="lg">
        Available versions
      </Title>
      <Table variant="compact" aria-label="Available versions" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Version</Th>
            <Th modifier="nowrap">May be installed</Th>
            <Th>Why</Th>
            <Th modifier="nowrap">New node image</Th>
            <Th screenReaderText="Action" />
          </Tr>
        </Thead>
        <Tbody>
          {available.map((update) => (
            <Tr key={update.version}>
              <Td dataLabel="Version">
                <strong>{update.version}</strong>
              </Td>
              <Td dataLabel="May be installed">
                <Legality update={update} />
              </Td>
              <Td dataLabel="Why">
                {update.reason}
                {update.risk !== undefined && (
                  <p>
                    Risk {update.risk.name} ({update.risk.severity}): {update.risk.text}
                  </p>
                )}
              </Td>
              <Td dataLabel="New node image">{update.nodeImage.needed ? 'Needed' : 'Not needed'}</Td>
              <Td dataLabel="Action" modifier="fitContent">
                {update.legal && update.version !== recommended && (
                  <LockedButton
                    needs="upgrades.prepare"
                    variant="secondary"
                    size="sm"
                    onClick={() => onUpdate(update.version)}
                    aria-label={`Update to ${update.version}`}
                  >
                    Update
                  </LockedButton>
                )}
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </section>
  );
}

function Legality({ update }: { update: AvailableUpdate }) {
  return (
    <Label isCompact variant="outline" status={update.legal ? 'success' : 'danger'}>
      {update.legal ? 'Yes' : 'No'}
    </Label>
  );
}
