import { EmptyState, EmptyStateBody, PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { PackRegistry } from '@sealift/core/api';
import { useRegistries, useSync } from '../../api/registries.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RefusedEntries } from './refused-entries.tsx';
import { RegistryMenu } from './registry-menu.tsx';
import { SyncProgress } from './sync-progress.tsx';

/** The pack registries, and the sync that reads one into the catalogue. */
export function PackRegistriesPage() {
  const registries = useRegistries();
  return (
    <PageSection>
      <PageHeading>
        Where bundles put releases and packs. Sync reads what is new into the catalogue, after checking every signature.
      </PageHeading>
      <QueryView query={registries} what="the pack registries">
        {(data) => (data.registries.length === 0 ? <NoRegistry /> : <RegistryTable registries={data.registries} />)}
      </QueryView>
    </PageSection>
  );
}

function NoRegistry() {
  return (
    <EmptyState titleText="No pack registry is set" headingLevel="h2">
      <EmptyStateBody>
        Start the server with its embedded registry, or name one of yours in its settings: see{' '}
        <code>sealift server run --help</code>.
      </EmptyStateBody>
    </EmptyState>
  );
}

function RegistryTable({ registries }: { registries: readonly PackRegistry[] }) {
  const sync = useSync();
  return (
    <>
      {sync.isError && <ErrorNotice error={sync.error} />}
      <Table aria-label="Pack registries" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Name</Th>
            <Th>Registry</Th>
            <Th width={45}>Last sync</Th>
            <Th screenReaderText="Actions" />
          </Tr>
        </Thead>
        <Tbody>
          {registries.map((registry) => (
            <Tr key={registry.name}>
              <Td dataLabel="Name">
                <strong>{registry.name}</strong>
              </Td>
              <Td dataLabel="Registry" modifier="breakWord">
                <code>{registry.base === '' ? registry.registry : `${registry.registry}/${registry.base}`}</code>
                <p className="quiet">{registry.embedded ? 'Part of this server' : 'External'}</p>
              </Td>
              <Td dataLabel="Last sync">
                <SyncProgress name={registry.name} sync={registry.sync} />
              </Td>
              <Td isActionCell>
                <RegistryMenu registry={registry} onSync={() => sync.mutate(registry.name)} starting={sync.isPending} />
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {registries.map(({ name, sync: { refused } }) => (
        <RefusedEntries key={name} registry={name} refused={refused} />
      ))}
    </>
  );
}
