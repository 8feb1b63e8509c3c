import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ClusterPort, DesiredLayer, LayerPlace, LayerStatus } from '@sealift/upgrade/ports/cluster';
import { applyLayer } from './apply-layer.ts';
import { layerStatus } from './layer-status.ts';
import { type LayersAccess, openTools } from './layers-access.ts';
import { removeLayer } from './remove-layer.ts';

/** The part of the engine's port to the cluster that is about layers. */
export type LayersPort = Pick<ClusterPort, 'layers' | 'applyLayer' | 'removeLayer'>;

/** Layers of a real cluster: charts through helm, manifests by server-side apply, and a record of each layer in the cluster. */
export function layersPort(access: LayersAccess): LayersPort {
  return {
    async layers(cancel: Cancel): Promise<readonly LayerStatus[]> {
      const tools = await openTools(access, cancel);
      const statuses: LayerStatus[] = [];
      for (const stored of await tools.records.all(cancel)) statuses.push(await layerStatus(stored, tools));
      return statuses;
    },
    async applyLayer(layer: DesiredLayer, cancel: Cancel): Promise<void> {
      await applyLayer(layer, await openTools(access, cancel));
    },
    async removeLayer(place: LayerPlace, cancel: Cancel): Promise<void> {
      await removeLayer(place, await openTools(access, cancel));
    },
  };
}
