import { mapAtOnce } from '@sealift/io/map-at-once';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ClusterPort, DesiredLayer, LayerPlace, LayerStatus } from '@sealift/upgrade/ports/cluster';
import { applyLayer } from './apply-layer.ts';
import type { LayerRuns } from './layer-runs.ts';
import { layerStatus } from './layer-status.ts';
import { type LayersAccess, openTools } from './layers-access.ts';
import { removeLayer } from './remove-layer.ts';

/** Layers looked at at a time: of each several objects are. */
const atOnce = 3;

/** The part of the engine's port to the cluster that is about layers. */
export type LayersPort = Required<Pick<ClusterPort, 'layers' | 'applyLayer' | 'removeLayer' | 'workEnded'>>;

/**
 * Layers of a real cluster: charts through helm, manifests by server-side apply, and a record of each layer in the cluster.
 *
 * @param runs what goes on after a call has returned; whoever ends the process closes it
 */
export function layersPort(access: LayersAccess, runs: LayerRuns): LayersPort {
  return {
    async layers(cancel: Cancel, only?: LayerPlace): Promise<readonly LayerStatus[]> {
      const tools = await openTools(access, cancel);
      const found = only === undefined ? await tools.records.all(cancel) : [await tools.records.find(only, cancel)];
      const stored = found.filter((one) => one !== undefined);
      return await mapAtOnce(stored, atOnce, (one) => layerStatus(one, runs.find(one.record), tools));
    },
    async applyLayer(layer: DesiredLayer, cancel: Cancel): Promise<void> {
      const { version, digest, valuesHash } = layer;
      const programs = layer.backFrom ?? layer.release;
      const begin = async (until: Cancel) => await applyLayer(layer, await openTools(access, until, programs));
      await runs.ask(layer, { doing: 'apply', version, digest, valuesHash }, begin, cancel);
    },
    async removeLayer(place: LayerPlace, cancel: Cancel): Promise<void> {
      const begin = async (until: Cancel) => await removeLayer(place, await openTools(access, until));
      await runs.ask(place, { doing: 'remove', version: '', digest: '', valuesHash: '' }, begin, cancel);
    },
    workEnded: () => runs.cancelled(),
  };
}
