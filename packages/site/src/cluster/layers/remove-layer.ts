import type { LayerPlace } from '@sealift/upgrade/ports/cluster';
import { attemptOf, chartTools } from './apply-layer.ts';
import { removeRelease } from './chart-release.ts';
import { refuseLivingOther } from './holder.ts';
import type { Rest } from './layer-runs.ts';
import type { LayerTools } from './layer-tools.ts';
import { removeManifests } from './manifest-set.ts';

/**
 * Takes out of the cluster what a layer brought, but for namespaces, claims, and definitions of which there are instances. The record goes
 * last, so that a removal that was cut goes on when it is asked for again.
 *
 * @returns the rest, which takes as long as hooks do; null where nothing is left to be removed
 * @throws HELM_…, KUBERNETES_…, RECORD_…, LEASE_LOST, CANCELLED
 */
export async function removeLayer(place: LayerPlace, tools: LayerTools): Promise<Rest | null> {
  const { records, holder, cancel } = tools;
  const found = await records.find(place, cancel);
  if (found === undefined) return null;
  const { record } = found;
  if (record.attempt !== null) refuseLivingOther(record.attempt, holder, `${place.layer}/${place.pack}`);
  const of = record.applied ?? record.attempt ?? { version: '', digest: '', valuesHash: '' };
  const stored = await records.write(found, { ...record, attempt: attemptOf('remove', of, tools) }, cancel);
  return async (at) => {
    await removeManifests(stored, tools);
    for (const release of record.releases.toReversed()) {
      at(release);
      await removeRelease(release, await chartTools(tools));
    }
    await records.remove(await records.again(stored, cancel), cancel);
  };
}
