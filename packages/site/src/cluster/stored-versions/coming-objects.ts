import { readManifest } from '@sealift/kubernetes/manifest';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { chartTools, contentOf } from '../layers/apply-layer.ts';
import { capabilities } from '../layers/chart-definitions.ts';
import { runOf, shownPlace } from '../layers/chart-release.ts';
import type { LayerTools } from '../layers/layer-tools.ts';

/**
 * Everything that a layer brings, its definitions too, as it follows from its pack and its values; charts are rendered without a look at
 * objects of the cluster.
 *
 * @throws PACK_…, CHART_INVALID, LAYER_INVALID, REGISTRY_…, HELM_…, KUBERNETES_…, CANCELLED
 */
export async function comingObjects(layer: DesiredLayer, tools: LayerTools): Promise<readonly KubeObject[]> {
  const { objects, cancel } = tools;
  const content = await contentOf(layer, tools);
  const found = [...content.manifests];
  for (const chart of content.charts) {
    const { helm } = await chartTools(tools);
    const run = runOf(chart, cancel);
    const read = (text: string) => readManifest(text, `the release ${shownPlace(chart)}`).map(({ object }) => object);
    const own = read(await helm.definitions(run));
    const away = await capabilities({ objects: own, agreed: new Map(), served: false }, objects, cancel);
    found.push(...own, ...read(await helm.renderAlone(run, away)));
  }
  return found;
}
