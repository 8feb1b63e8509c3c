import { Banner, Progress, ProgressSize } from '@patternfly/react-core';
import { LockIcon } from '@patternfly/react-icons';
import type { Upgrade } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import { Link, useLocation } from 'react-router';
import { useReachable } from '../api/connection.ts';
import { useSummary } from '../api/platform.ts';
import { useUpgrade } from '../api/upgrades.ts';

/** What concerns every page: the server is away, the console is locked, the cluster is simulated. */
export function StatusBanners() {
  const reachable = useReachable();
  const { data } = useSummary();
  return (
    <div className="banners">
      <div role="status" aria-live="polite">
        {!reachable && (
          <Banner color="yellow" className="banner-line">
            Reconnecting: the server does not answer. It may be restarting; this page goes on by itself.
          </Banner>
        )}
        {data?.simulated === true && (
          <Banner color="purple" className="banner-line">
            {data.vcenter === null
              ? 'Simulated cluster: this is a demonstration. No real machine, vCenter or workload is touched.'
              : `Simulated nodes and layers. The vCenter ${data.vcenter} is a real one: templates and storage are changed there.`}
          </Banner>
        )}
      </div>
      {data?.lockedBy && <LockBanner upgradeId={data.lockedBy} />}
    </div>
  );
}

function LockBanner({ upgradeId }: { upgradeId: string }) {
  const { data } = useUpgrade(upgradeId);
  const { pathname } = useLocation();
  const address = `/updates/${encodeURIComponent(upgradeId)}`;
  const standing = data === undefined ? '' : standingOf(data);
  const percent = Math.floor((data?.fraction ?? 0) * 100);
  return (
    <section className="lock" aria-label="Console lock">
      <Banner color="blue" className="banner-line lock-line">
        <LockIcon aria-hidden="true" />
        <strong>Console locked</strong>
        <span className="lock-text" title={data?.waitingFor?.what}>
          {data === undefined ? 'An upgrade is running' : `Upgrading to ${data.to}`}
          {standing}. Everything can be read, nothing changed.
        </span>
        {data !== undefined && (
          <Progress
            value={percent}
            size={ProgressSize.sm}
            measureLocation="outside"
            aria-label="Progress of the upgrade"
            className="lock-progress"
          />
        )}
        {pathname !== address && <Link to={address}>Show progress</Link>}
      </Banner>
    </section>
  );
}

/** What an upgrade waits for, or that it stands where it is until a person decides. */
function standingOf({ state, waitingFor }: Upgrade): string {
  const { label, needsEngine } = lifecycle[state];
  if (!needsEngine) return `: ${label.toLowerCase()}`;
  return waitingFor === null ? '' : `: ${waitingFor.what}`;
}
