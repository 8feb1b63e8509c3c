import { Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { UpgradeSummary } from '@sealift/core/api';
import { upgradeText } from '@sealift/core/upgrade';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Moment } from '../../components/moment.tsx';
import { StateLabel } from '../../components/state-label.tsx';

interface UpgradeHistoryProps {
  upgrades: readonly UpgradeSummary[];
  /** Goes on with older ones. */
  children: ReactNode;
}

/** Upgrades started from here: open previews, the running one, and how earlier ones ended. */
export function UpgradeHistory({ upgrades, children }: UpgradeHistoryProps) {
  if (upgrades.length === 0) return null;
  return (
    <section className="versions">
      <Title headingLevel="h2" size="lg">
        Upgrades
      </Title>
      <Table variant="compact" aria-label="Upgrades" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Upgrade</Th>
            <Th>State</Th>
            <Th>Confirmed by</Th>
            <Th>Confirmed</Th>
            <Th>Finished</Th>
          </Tr>
        </Thead>
        <Tbody>
          {upgrades.map((upgrade) => (
            <Tr key={upgrade.id}>
              <Td dataLabel="Upgrade">
                <Link to={`/updates/${encodeURIComponent(upgrade.id)}`}>{upgradeText(upgrade)}</Link>
              </Td>
              <Td dataLabel="State">
                <StateLabel state={upgrade.state} />
              </Td>
              <Td dataLabel="Confirmed by">{upgrade.confirmedBy ?? 'not yet'}</Td>
              <Td dataLabel="Confirmed">{upgrade.confirmedAt !== null && <Moment at={upgrade.confirmedAt} />}</Td>
              <Td dataLabel="Finished">{upgrade.finishedAt !== null && <Moment at={upgrade.finishedAt} />}</Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {children}
    </section>
  );
}
