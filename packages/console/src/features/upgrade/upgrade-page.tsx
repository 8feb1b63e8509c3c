import { PageSection } from '@patternfly/react-core';
import { lifecycle } from '@sealift/core/upgrade';
import { useParams } from 'react-router';
import { useUpgrade } from '../../api/upgrades.ts';
import { QueryView } from '../../components/query-view.tsx';
import { UpgradePreview } from './upgrade-preview.tsx';
import { UpgradeRun } from './run/upgrade-run.tsx';

/** One upgrade: its preview until it is confirmed, then how it goes. */
export function UpgradePage() {
  const { id = '' } = useParams();
  const upgrade = useUpgrade(id);
  if (upgrade.data !== undefined) {
    return lifecycle[upgrade.data.state].editable ? (
      <UpgradePreview upgrade={upgrade.data} />
    ) : (
      <UpgradeRun upgrade={upgrade.data} />
    );
  }
  return (
    <PageSection>
      <QueryView query={upgrade} what="the upgrade">
        {() => null}
      </QueryView>
    </PageSection>
  );
}
