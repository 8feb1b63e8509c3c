import type { MacroLookup } from '@sealift/core/pack';
import { z } from 'zod';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { valuesOf } from './layer-record.ts';
import type { LayerTools } from './layer-tools.ts';
import { macroLookup } from './macro-lookup.ts';

/**
 * What macros of a layer's values and manifests refer to: the site's facts, the version of the cluster, and the values of the layers that it
 * runs, with those of the layer itself as they are to be.
 *
 * @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED, KUBERNETES_…
 */
export async function macroSources(layer: DesiredLayer, tools: LayerTools): Promise<MacroLookup> {
  const { objects, records, facts, cancel } = tools;
  const packs = new Map<string, string>();
  for (const stored of await records.all(cancel)) {
    const values = await valuesOf(stored);
    if (values !== undefined) packs.set(stored.record.pack, values);
  }
  packs.set(layer.pack, layer.values);
  const version = z
    .object({ gitVersion: z.string().regex(/^v\d/) })
    .safeParse(await objects.client.read('/version', cancel));
  const system = {
    ...(version.success ? { 'kubernetes.version': version.data.gitVersion.slice(1).replace(/[+-].*$/, '') } : {}),
    ...facts.system,
  };
  return macroLookup({ system, variables: facts.variables, packs });
}
