import {
  EmptyState,
  EmptyStateBody,
  PageSection,
  SearchInput,
  Title,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import type { CataloguePack } from '@sealift/core/api';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useOutdatedPacks, usePacks } from '../../api/packs.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { OutdatedPacks } from './outdated-packs.tsx';
import { PackTable } from './pack-table.tsx';

/** The packs of the catalogue: which in use have newer versions, which bundle holds them, and what uses a pack. */
export function PacksPage() {
  const outdated = useOutdatedPacks();
  const packs = usePacks();
  return (
    <PageSection>
      <PageHeading>
        Every pack that a sync has found, with the bundles that hold each version. A newer version comes with its
        bundle: run that on the support host, then sync.
      </PageHeading>
      <QueryView query={outdated} what="the newer versions">
        {(list) => <OutdatedPacks list={list} />}
      </QueryView>
      <QueryView query={packs} what="the packs">
        {({ packs: found, complete }) => (
          <section>
            <Title headingLevel="h2" size="lg">
              The catalogue
            </Title>
            {!complete && <p className="quiet">Some packs are left out here; read them with the API.</p>}
            {found.length === 0 ? <NoPack /> : <FilteredPacks packs={found} />}
          </section>
        )}
      </QueryView>
    </PageSection>
  );
}

function NoPack() {
  return (
    <EmptyState titleText="The catalogue has no pack" headingLevel="h3">
      <EmptyStateBody>
        Run a bundle on the support host, then choose Sync on the page Pack Registries. Packs are taken where the key
        that signed them is trusted.
      </EmptyStateBody>
    </EmptyState>
  );
}

function FilteredPacks({ packs }: { packs: readonly CataloguePack[] }) {
  const [search] = useSearchParams();
  const [filter, setFilter] = useState(search.get('q') ?? '');
  const wanted = filter.trim().toLowerCase();
  const found = packs.filter((pack) =>
    [pack.name, pack.displayName, pack.layer].some((text) => text.toLowerCase().includes(wanted)),
  );
  return (
    <>
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <SearchInput
              aria-label="Filter by name or layer"
              placeholder="Name or layer"
              value={filter}
              onChange={(_event, value) => setFilter(value)}
              onClear={() => setFilter('')}
            />
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {found.length === 0 ? (
        <EmptyState titleText="No pack matches" headingLevel="h3">
          <EmptyStateBody>Shorten the filter, or clear it to see every pack.</EmptyStateBody>
        </EmptyState>
      ) : (
        <PackTable packs={found} />
      )}
    </>
  );
}
