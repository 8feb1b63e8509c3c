import type { KubeconfigChoice } from '@sealift/kubernetes/access';
import { Helm } from '@sealift/kubernetes/helm';
import type { HelmOptions } from '@sealift/kubernetes/helm-program';
import type { RenderCache } from '@sealift/kubernetes/helm-render-cache';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ImageRegistry, SiteVariables } from '../../settings.ts';
import { openHelm } from './helm-of-release.ts';
import type { Holder } from './holder.ts';
import { LayerRecords } from './layer-records.ts';
import { readVariables } from './variables.ts';
import type { LayerSource, LayerTools, SiteFacts } from './layer-tools.ts';

/** What the layers of a cluster are reached through. */
export interface LayersAccess {
  /** The cluster's API, connected when it is first needed. */
  readonly objects: () => Promise<Objects>;
  /** Of the same cluster, for helm. */
  readonly kubeconfig?: KubeconfigChoice | undefined;
  /** One that is named is used, whatever releases bring. */
  readonly helm?: HelmOptions | undefined;
  /** What helm renders without the cluster, shared by all that look at the same layers within one look; without it each renders by itself. */
  readonly renders?: RenderCache | undefined;
  /** Where programs that releases bring are kept; without it the host's are used. */
  readonly toolsFolder?: string | undefined;
  /** Where packs come from. */
  readonly content: LayerSource;
  /** Who acts now. */
  readonly holder: () => Holder;
  readonly facts?: Partial<SiteFacts> | undefined;
  /** Variables beside those facts. */
  readonly variables?: SiteVariables | undefined;
  /** Where nodes pull the images of packs from, where that is not where packs say. */
  readonly imageRegistry?: ImageRegistry | undefined;
}

/** What one call works with. @param release that the call is about, by its marker's digest, where it is about one */
export async function openTools(access: LayersAccess, cancel: Cancel, release?: string): Promise<LayerTools> {
  const { kubeconfig = {}, content, holder, facts = {}, imageRegistry, variables, renders } = access;
  cancel.throwIfAborted();
  const objects = await access.objects();
  let helm: Promise<Helm> | undefined;
  return {
    objects,
    records: new LayerRecords(objects),
    helm: () =>
      (helm ??= openHelm(access, cancel, release).then(({ program }) => new Helm(program, kubeconfig, { renders }))),
    content,
    holder: holder(),
    facts: async () => ({
      system: facts.system ?? {},
      variables: { ...facts.variables, ...(await readVariables(variables)) },
    }),
    imageRegistry,
    cancel,
  };
}
