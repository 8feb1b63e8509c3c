import type { ClusterLayer } from '@sealift/core/api';
import type { LayerStatus } from '@sealift/upgrade/ports/cluster';
import type { InstalledProfile } from './installed.ts';

/** Layers as the cluster runs them beside what is recorded; one that is recorded and not there has no version. */
export function runningLayers(running: readonly LayerStatus[], profile: InstalledProfile | null): ClusterLayer[] {
  const recorded = profile?.layers ?? [];
  const keyOf = ({ layer, pack }: Pick<LayerStatus, 'layer' | 'pack'>): string => `${layer}/${pack}`;
  const known = new Map(recorded.map((one) => [keyOf(one), one]));
  const there = running.map(({ layer, pack, version, wait }) => ({
    layer,
    pack,
    version,
    recorded: known.get(`${layer}/${pack}`)?.version ?? null,
    wait,
  }));
  const seen = new Set(running.map(keyOf));
  const missing = recorded
    .filter((one) => !seen.has(keyOf(one)))
    .map(({ layer, pack, version }) => ({ layer, pack, version: null, recorded: version, wait: null }));
  return [...there, ...missing];
}
