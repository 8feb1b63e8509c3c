import { PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { PackRegistry, PackRegistryList } from '@sealift/core/api';
import { useState } from 'react';
import { Link } from 'react-router';
import { useRegistries, useSync } from '../../api/registries.ts';
import { useMay } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { LastMirror } from './last-mirror.tsx';
import { MirrorDialog } from './mirror-dialog.tsx';
import { RefusedEntries } from './refused-entries.tsx';
import { RegistryConflicts } from './registry-conflicts.tsx';
import { RegistryDialog } from './registry-dialog.tsx';
import { RegistryMenu } from './registry-menu.tsx';
import { RemoveRegistryDialog } from './remove-registry-dialog.tsx';
import { SyncProgress } from './sync-progress.tsx';

/** Which dialog is open, and of which registry. */
type Open =
  | { readonly what: 'add' }
  | { readonly what: 'edit' | 'remove' | 'mirror'; readonly registry: PackRegistry }
  | null;

/** The pack registries, and the sync that reads each into the catalogue. */
export function PackRegistriesPage() {
  const registries = useRegistries();
  return (
    <PageSection>
      <PageHeading>
        Where bundles put releases and packs. Sync reads what is new into the catalogue, after checking every signature;
        content comes from whichever registry holds it.
      </PageHeading>
      <QueryView query={registries} what="the pack registries">
        {(data) => <Registries list={data} />}
      </QueryView>
    </PageSection>
  );
}

function Registries({ list: { registries, conflicts } }: { list: PackRegistryList }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <>
      <RegistryConflicts conflicts={conflicts} />
      <LockedButton needs="registries.change" variant="secondary" onClick={() => setOpen({ what: 'add' })}>
        Add a registry
      </LockedButton>
      <RegistryTable registries={registries} onOpen={setOpen} />
      <LastMirror />
      {open?.what === 'add' && <RegistryDialog registry={null} onClose={close} />}
      {open?.what === 'edit' && <RegistryDialog registry={open.registry} onClose={close} />}
      {open?.what === 'mirror' && (
        <MirrorDialog from={open.registry.name} targets={targetsOf(registries, open.registry)} onClose={close} />
      )}
      {open?.what === 'remove' && <RemoveRegistryDialog registry={open.registry} onClose={close} />}
    </>
  );
}

interface RegistryTableProps {
  registries: readonly PackRegistry[];
  onOpen: (open: Open) => void;
}

function RegistryTable({ registries, onOpen }: RegistryTableProps) {
  const sync = useSync();
  const mayLook = useMay('registry.read');
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
                {mayLook && (
                  <p>
                    <Link
                      to={`/administration/registries/${encodeURIComponent(registry.name)}/repositories`}
                      aria-label={`Repositories of ${registry.name}`}
                    >
                      Repositories
                    </Link>
                  </p>
                )}
              </Td>
              <Td dataLabel="Registry" modifier="breakWord">
                <code>{registry.base === '' ? registry.registry : `${registry.registry}/${registry.base}`}</code>
                <p className="quiet">{kindOf(registry)}</p>
              </Td>
              <Td dataLabel="Last sync">
                <SyncProgress name={registry.name} sync={registry.sync} />
              </Td>
              <Td isActionCell>
                <RegistryMenu
                  registry={registry}
                  onSync={() => sync.mutate(registry.name)}
                  onMirror={() => onOpen({ what: 'mirror', registry })}
                  hasTarget={targetsOf(registries, registry).length > 0}
                  onEdit={() => onOpen({ what: 'edit', registry })}
                  onRemove={() => onOpen({ what: 'remove', registry })}
                  starting={sync.isPending}
                />
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

/** The names of those that content can be mirrored to. */
function targetsOf(registries: readonly PackRegistry[], from: PackRegistry): string[] {
  return registries
    .filter(({ name, settings }) => name !== from.name && settings?.push !== false)
    .map(({ name }) => name);
}

function kindOf({ embedded, settings }: PackRegistry): string {
  if (settings === null || embedded) return 'Part of this server, read after each push';
  const minutes = settings.syncEveryMinutes;
  const often = minutes === null ? 'read when asked' : `read every ${minutes} minutes`;
  return `${settings.push ? 'Pull and push' : 'Pull only'}, ${often}`;
}
