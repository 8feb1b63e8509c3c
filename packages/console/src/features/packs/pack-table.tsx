import { Label } from '@patternfly/react-core';
import { ExpandableRowContent, Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { CataloguePack } from '@sealift/core/api';
import { useState } from 'react';
import { BundleNames } from './bundle-names.tsx';
import { PackUses } from './pack-uses.tsx';

/** The packs; a row unfolds to every version and to what uses the pack. */
export function PackTable({ packs }: { packs: readonly CataloguePack[] }) {
  return (
    <Table variant="compact" aria-label="Packs" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th screenReaderText="Versions and uses" />
          <Th>Name</Th>
          <Th>Layer</Th>
          <Th>In use</Th>
          <Th>Newest</Th>
          <Th>Versions</Th>
        </Tr>
      </Thead>
      {packs.map((pack, index) => (
        <PackRow key={pack.name} pack={pack} index={index} />
      ))}
    </Table>
  );
}

function PackRow({ pack, index }: { pack: CataloguePack; index: number }) {
  const [open, setOpen] = useState(false);
  const used = pack.versions.filter(({ inUse }) => inUse).map(({ version }) => version);
  return (
    <Tbody isExpanded={open}>
      <Tr>
        <Td
          expand={{
            rowIndex: index,
            isExpanded: open,
            onToggle: () => setOpen(!open),
            expandId: 'pack',
          }}
        />
        <Td dataLabel="Name" modifier="breakWord">
          <strong>{pack.name}</strong>
          <p className="quiet">{pack.displayName}</p>
        </Td>
        <Td dataLabel="Layer">{pack.layer}</Td>
        <Td dataLabel="In use">{used.length === 0 ? 'no' : used.join(', ')}</Td>
        <Td dataLabel="Newest">{pack.versions[0]?.version}</Td>
        <Td dataLabel="Versions">{pack.versions.length}</Td>
      </Tr>
      {open && (
        <Tr isExpanded>
          <Td />
          <Td colSpan={5}>
            <ExpandableRowContent>
              <Versions pack={pack} />
              <PackUses name={pack.name} />
            </ExpandableRowContent>
          </Td>
        </Tr>
      )}
    </Tbody>
  );
}

function Versions({ pack }: { pack: CataloguePack }) {
  return (
    <Table variant="compact" borders={false} aria-label={`Versions of ${pack.name}`} gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>Version</Th>
          <Th>Bundle</Th>
        </Tr>
      </Thead>
      <Tbody>
        {pack.versions.map(({ version, digest, inUse, sources }) => (
          <Tr key={`${version} ${digest}`}>
            <Td dataLabel="Version">
              {version} {inUse && <Label isCompact>in use</Label>}
            </Td>
            <Td dataLabel="Bundle" modifier="breakWord">
              <BundleNames sources={sources} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
