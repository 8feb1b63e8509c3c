import { readManifest } from '@sealift/kubernetes/manifest';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { capabilities } from './chart-definitions.ts';
import type { LayerTools } from './layer-tools.ts';
import { macroSources } from './macro-sources.ts';
import { type LayerContent, packContent } from './pack-content.ts';

/**
 * All objects that a layer comes to with its values, definitions and those of hooks too, as far as that is known without asking the cluster
 * for each: charts that look objects up find none. Nothing is changed.
 *
 * @throws PACK_…, CHART_INVALID, LAYER_INVALID, HELM_…, KUBERNETES_…
 */
export async function renderLayer(layer: DesiredLayer, tools: LayerTools): Promise<readonly KubeObject[]> {
  const { helm, objects, cancel } = tools;
  const { charts, manifests } = await opened(layer, tools);
  const rendered = [...manifests];
  for (const { archive: chart, namespace, name, values } of charts) {
    const run = { chart, namespace, name, values, cancel };
    const place = `${layer.layer}/${layer.pack}, the release ${namespace}/${name}`;
    const program = await helm();
    const brought = objectsIn(await program.definitions(run), `${place}, crds`);
    rendered.push(...brought);
    const text = await program.renderAlone(run, await capabilities({ objects: brought }, objects, cancel));
    // One by one: a hook may be an object that the chart has as well.
    for (const part of text.split(/^---[^\n]*\n/m)) rendered.push(...objectsIn(part, place));
  }
  return rendered;
}

/** Of these the objects that no chart brings. Nothing is changed. @throws PACK_…, CHART_INVALID, LAYER_INVALID, HELM_…, KUBERNETES_… */
export async function renderManifests(layer: DesiredLayer, tools: LayerTools): Promise<readonly KubeObject[]> {
  return (await opened(layer, tools)).manifests;
}

/** The namespace of objects of a layer that name none. @throws PACK_…, CHART_INVALID, LAYER_INVALID, HELM_…, KUBERNETES_… */
export async function renderNamespace(layer: DesiredLayer, tools: LayerTools): Promise<string> {
  return (await opened(layer, tools)).namespace;
}

async function opened(layer: DesiredLayer, tools: LayerTools): Promise<LayerContent> {
  const { content, helm, cancel } = tools;
  const { pack, version, digest } = layer;
  const found = await content.openPack({ pack, version, digest }, cancel);
  return await packContent(layer, found, { lookup: await macroSources(layer, tools), helm, cancel });
}

function objectsIn(text: string, place: string): readonly KubeObject[] {
  return readManifest(text, place).map(({ object }) => object);
}
