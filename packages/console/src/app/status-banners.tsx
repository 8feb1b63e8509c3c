import { Banner, Progress, ProgressSize } from '@patternfly/react-core';
import { LockIcon } from '@patternfly/react-icons';
import type { UpgradeCourse } from '@sealift/core/api';
import { lifecycle, type UpgradeTree } from '@sealift/core/upgrade';
import { Link, useLocation } from 'react-router';
import { useReachable } from '../api/connection.ts';
import { useSummary } from '../api/platform.ts';
import { useCourse } from '../api/course.ts';

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
  const { data } = useCourse(upgradeId);
  const { pathname } = useLocation();
  const address = `/updates/${encodeURIComponent(upgradeId)}`;
  const waits = data === undefined ? '' : standingOf(data);
  return (
    <section className="lock" aria-label="Console lock">
      <Banner color="blue" className="banner-line lock-line">
        <LockIcon aria-hidden="true" />
        <strong>Console locked</strong>
        <span className="lock-text" title={waits}>
          {data === undefined ? 'An upgrade is running' : `Upgrading to ${data.to}${waits}`}. Everything can be read,
          nothing changed.
        </span>
        {data !== undefined && data.tree !== null && <HowFar tree={data.tree} />}
        {pathname !== address && <Link to={address}>Show progress</Link>}
      </Banner>
    </section>
  );
}

/** By time where this site's history tells it; else the steps alone, which say nothing of time. */
function HowFar({ tree: { hops, fractionOfTime } }: { tree: UpgradeTree }) {
  const steps = hops.flatMap((hop) => hop.steps);
  if (fractionOfTime === null) {
    return (
      <span>
        {steps.filter(({ state }) => state === 'done').length} of {steps.length} steps
      </span>
    );
  }
  return (
    <Progress
      value={Math.floor(fractionOfTime * 100)}
      size={ProgressSize.sm}
      measureLocation="outside"
      aria-label="Share of the upgrade’s time that is over"
      className="lock-progress"
    />
  );
}

/** What an upgrade waits for, or that it stands where it is until a person decides. */
function standingOf({ state, tree }: UpgradeCourse): string {
  const { label, needsEngine } = lifecycle[state];
  if (!needsEngine) return `: ${label.toLowerCase()}`;
  const wait = tree?.hops.flatMap(({ steps }) => steps).find((step) => step.state === 'running')?.wait ?? null;
  return wait === null ? '' : `: ${wait.what}`;
}
