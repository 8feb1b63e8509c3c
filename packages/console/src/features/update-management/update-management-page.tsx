import { Button, EmptyState, EmptyStateBody, PageSection } from '@patternfly/react-core';
import type { UpdateList } from '@sealift/core/api';
import { useNavigate, Link } from 'react-router';
import { useUpdates } from '../../api/updates.ts';
import { useUpgrades } from '../../api/upgrades.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { preparePath } from '../../components/update-link.ts';
import { PathCard } from './path-card.tsx';
import { RecommendedUpdate } from './recommended-update.tsx';
import { UpgradeHistory } from './upgrade-history.tsx';
import { VersionTable } from './version-table.tsx';

/** Which newer releases are in the catalogue, which may be installed from here, and what was done before. */
export function UpdateManagementPage() {
  const updates = useUpdates();
  const upgrades = useUpgrades();
  return (
    <PageSection>
      <PageHeading>
        Newer releases in the catalogue. Update opens a preview; nothing is changed before you confirm it.
      </PageHeading>
      <QueryView query={updates} what="the available versions">
        {(data) => <Available updates={data} />}
      </QueryView>
      {upgrades.data !== undefined && (
        <UpgradeHistory upgrades={upgrades.data.pages.flatMap((page) => page.upgrades)}>
          {upgrades.hasNextPage && (
            <Button
              variant="link"
              isLoading={upgrades.isFetchingNextPage}
              onClick={() => void upgrades.fetchNextPage()}
            >
              Older upgrades
            </Button>
          )}
        </UpgradeHistory>
      )}
    </PageSection>
  );
}

function Available({ updates }: { updates: UpdateList }) {
  const navigate = useNavigate();
  const update = (to: string, reversible = false): void => void navigate(preparePath(to, reversible));
  if (updates.available.length === 0) return <NothingNewer updates={updates} />;
  const { recommended } = updates;
  return (
    <>
      {recommended !== null && <RecommendedUpdate updates={updates} update={recommended} onUpdate={update} />}
      <VersionTable available={updates.available} recommended={recommended?.version} onUpdate={update} />
      <PathCard versions={updates.available.map(({ version }) => version)} onUpdate={update} />
    </>
  );
}

function NothingNewer({ updates }: { updates: UpdateList }) {
  const installed =
    updates.installed === null
      ? 'No release is recorded as installed'
      : `${updates.product} ${updates.installed} is installed`;
  return (
    <EmptyState titleText="No newer release is in the catalogue" headingLevel="h2">
      <EmptyStateBody>
        {installed}. To bring in a newer one, run its bundle on the support host, then open{' '}
        <Link to="/administration/registries">Pack Registries</Link> and choose Sync.
      </EmptyStateBody>
    </EmptyState>
  );
}
