import type { FrozenUpgrade, UpgradeState } from '@sealift/core/upgrade';
import { ManualClock } from './manual-clock.ts';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { World } from '@sealift/testkit/upgrade/world';

/** What outlives the processes of a test. */
export interface Setting {
  readonly clock: ManualClock;
  readonly world: World;
  readonly store: MemoryStore;
}

export const upgradeId = 'u1';

/** A confirmed sample upgrade, and a world in which all of it is still to do. */
export function newSetting(upgrade: FrozenUpgrade = sampleUpgrade(), state: UpgradeState = 'running'): Setting {
  const clock = new ManualClock();
  const world = new World();
  world.releases.splice(0, Number.POSITIVE_INFINITY, ...upgrade.plan.hops.map(({ to }) => to));
  world.layers.push({
    layer: 'addon',
    pack: 'legacy',
    version: '1.0.0',
    digest: `sha256:${'b'.repeat(64)}`,
    valuesHash: '',
    wait: null,
  });
  const store = new MemoryStore(() => clock.monotonic());
  store.add(upgradeId, upgrade, state);
  return { clock, world, store };
}
