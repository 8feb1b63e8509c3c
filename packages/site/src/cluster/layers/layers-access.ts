import type { KubeconfigChoice } from '@sealift/kubernetes/access';
import { Helm } from '@sealift/kubernetes/helm';
import { type HelmOptions, HelmProgram } from '@sealift/kubernetes/helm-program';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ImageRegistry } from '../../settings.ts';
import type { Holder } from './holder.ts';
import { LayerRecords } from './layer-records.ts';
import type { LayerSource, LayerTools, SiteFacts } from './layer-tools.ts';

/** What the layers of a cluster are reached through. */
export interface LayersAccess {
  /** The cluster's API, connected when it is first needed. */
  readonly objects: () => Promise<Objects>;
  /** Of the same cluster, for helm. */
  readonly kubeconfig?: KubeconfigChoice | undefined;
  readonly helm?: HelmOptions | undefined;
  /** Where packs come from. */
  readonly content: LayerSource;
  /** Who acts now. */
  readonly holder: () => Holder;
  readonly facts?: Partial<SiteFacts> | undefined;
  /** Where nodes pull the images of packs from, where that is not where packs say. */
  readonly imageRegistry?: ImageRegistry | undefined;
}

/** What one call works with. */
export async function openTools(access: LayersAccess, cancel: Cancel): Promise<LayerTools> {
  const { kubeconfig = {}, content, holder, facts = {}, imageRegistry } = access;
  cancel.throwIfAborted();
  const objects = await access.objects();
  let helm: Promise<Helm> | undefined;
  return {
    objects,
    records: new LayerRecords(objects),
    helm: () => (helm ??= HelmProgram.open(access.helm, cancel).then((program) => new Helm(program, kubeconfig))),
    content,
    holder: holder(),
    facts: { system: {}, variables: {}, ...facts },
    imageRegistry,
    cancel,
  };
}
