import type { MacroLookup } from '@sealift/core/pack';
import { z } from 'zod';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { LayerTools } from './layer-tools.ts';
import { macroLookup } from './macro-lookup.ts';

/**
 * What macros of a layer's values and manifests refer to: the site's facts, the version and uid of the cluster, and the values of the layers of the profile.
 *
 * @throws VARIABLES_INVALID, KUBERNETES_…
 */
export async function macroSources(layer: DesiredLayer, tools: LayerTools): Promise<MacroLookup> {
  const { objects, cancel } = tools;
  const { system: own, variables } = await tools.facts();
  const packs = new Map([...layer.profile, [layer.pack, layer.values]]);
  const version = z
    .object({ gitVersion: z.string().regex(/^v\d/) })
    .safeParse(await objects.client.read('/version', cancel));
  const home = await objects.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, cancel);
  const system = {
    ...(home?.metadata.uid === undefined ? {} : { 'cluster.uid': home.metadata.uid }),
    ...(version.success ? { 'kubernetes.version': version.data.gitVersion.slice(1).replace(/[+-].*$/, '') } : {}),
    ...own,
  };
  return macroLookup({ system, variables, packs });
}
