import { mapAtOnce } from '@sealift/io/map-at-once';
import { Helm } from '@sealift/kubernetes/helm';
import { type HelmOptions, HelmProgram } from '@sealift/kubernetes/helm-program';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ClusterPort, DesiredLayer, LayerPlace, LayerStatus } from '@sealift/upgrade/ports/cluster';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import { applyLayer } from './apply-layer.ts';
import type { Holder } from './holder.ts';
import { LayerRecords } from './layer-records.ts';
import { layerStatus } from './layer-status.ts';
import type { LayerTools, SiteFacts } from './layer-tools.ts';
import { removeLayer } from './remove-layer.ts';

/** Layers looked at at a time: of each several objects are. */
const atOnce = 3;

/** What the layers of a cluster are reached through. */
export interface LayersAccess {
  /** The cluster's API, connected when it is first needed. */
  readonly objects: () => Promise<Objects>;
  /** Of the same cluster, for helm. */
  readonly kubeconfig?: string | undefined;
  readonly helm?: HelmOptions | undefined;
  /** Where packs come from. */
  readonly content: Pick<ContentPort, 'openPack'>;
  /** Who acts now. */
  readonly holder: () => Holder;
  readonly facts?: Partial<SiteFacts> | undefined;
}

/** The part of the engine's port to the cluster that is about layers. */
export type LayersPort = Pick<ClusterPort, 'layers' | 'applyLayer' | 'removeLayer'>;

/** What layers are applied and looked at with, for one call that may be cancelled. @throws KUBERNETES_CONFIG_INVALID */
export async function layerTools(access: LayersAccess, cancel: Cancel): Promise<LayerTools> {
  const { kubeconfig, content, holder, facts = {} } = access;
  cancel.throwIfAborted();
  const objects = await access.objects();
  let helm: Promise<Helm> | undefined;
  return {
    objects,
    records: new LayerRecords(objects),
    helm: () => (helm ??= HelmProgram.open(access.helm, cancel).then((program) => new Helm(program, { kubeconfig }))),
    content,
    holder: holder(),
    facts: { system: {}, variables: {}, ...facts },
    cancel,
  };
}

/** Layers of a real cluster: charts through helm, manifests by server-side apply, and a record of each layer in the cluster. */
export function layersPort(access: LayersAccess): LayersPort {
  const toolsOf = (cancel: Cancel): Promise<LayerTools> => layerTools(access, cancel);
  return {
    async layers(cancel: Cancel, only?: LayerPlace): Promise<readonly LayerStatus[]> {
      const tools = await toolsOf(cancel);
      const found = only === undefined ? await tools.records.all(cancel) : [await tools.records.find(only, cancel)];
      const stored = found.filter((one) => one !== undefined);
      return await mapAtOnce(stored, atOnce, (one) => layerStatus(one, tools));
    },
    async applyLayer(layer: DesiredLayer, cancel: Cancel): Promise<void> {
      await applyLayer(layer, await toolsOf(cancel));
    },
    async removeLayer(place: LayerPlace, cancel: Cancel): Promise<void> {
      await removeLayer(place, await toolsOf(cancel));
    },
  };
}
