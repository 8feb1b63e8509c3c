import { Alert, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { OutdatedPackList } from '@sealift/core/api';
import { BundleNames } from './bundle-names.tsx';

/** Which packs in use have newer versions in the catalogue, and which bundle holds them. */
export function OutdatedPacks({ list: { inUse, leftOut, packs } }: { list: OutdatedPackList }) {
  return (
    <section className="outdated-packs">
      <Title headingLevel="h2" size="lg">
        Newer versions
      </Title>
      {leftOut > 0 && (
        <Alert
          isInline
          variant="warning"
          title={`${leftOut} releases and packs of the catalogue are not counted on`}
          className="notice"
        >
          No trusted key vouches for them: see the page Trusted Keys.
        </Alert>
      )}
      {inUse === null && <p>Nothing is known of the packs in use. Adopt the release that runs, on the page Summary.</p>}
      {inUse !== null && packs.length === 0 && <p>Of {inUse} packs in use the catalogue has no newer version.</p>}
      {packs.length > 0 && (
        <Table variant="compact" aria-label="Packs in use that have newer versions" gridBreakPoint="grid-md">
          <Thead>
            <Tr>
              <Th>Layer</Th>
              <Th>Pack</Th>
              <Th>In use</Th>
              <Th>Newer</Th>
              <Th>Bundle</Th>
            </Tr>
          </Thead>
          <Tbody>
            {packs.flatMap((pack) =>
              pack.newer.map((newer) => (
                <Tr key={`${pack.layer} ${pack.pack} ${newer.version} ${newer.digest}`}>
                  <Td dataLabel="Layer">{pack.layer}</Td>
                  <Td dataLabel="Pack">
                    <strong>{pack.pack}</strong>
                    <p className="quiet">{pack.displayName}</p>
                  </Td>
                  <Td dataLabel="In use">{pack.version}</Td>
                  <Td dataLabel="Newer">{newer.version}</Td>
                  <Td dataLabel="Bundle" modifier="breakWord">
                    <BundleNames sources={newer.sources} />
                  </Td>
                </Tr>
              )),
            )}
          </Tbody>
        </Table>
      )}
    </section>
  );
}
