import { placed } from '@sealift/kubernetes/helm-placed';
import { referenceOf } from '@sealift/kubernetes/object';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { contentOf, repointOf } from '../cluster/layers/layer-content.ts';
import { newRecord } from '../cluster/layers/layer-record.ts';
import type { LayerTools } from '../cluster/layers/layer-tools.ts';
import { allMembers } from '../cluster/layers/manifest-set.ts';

/**
 * Writes down that the cluster runs a layer that somebody else installed, as if it had been applied: so that its health is known, and the next
 * release is applied over it. Its objects stay untouched. A layer that is written down already stays as it is.
 *
 * @throws PACK_…, CHART_INVALID, LAYER_INVALID, CONTENT_…, HELM_…, KUBERNETES_…, RECORD_…
 */
export async function recordLayer(layer: DesiredLayer, tools: LayerTools): Promise<void> {
  const { objects, records, cancel } = tools;
  const before = await records.find(layer, cancel);
  if (before !== undefined && (before.record.applied ?? before.record.attempt) !== null) return;
  const content = await contentOf(layer, await repointOf(layer, tools), tools);
  const wanted = await placed(objects, content.manifests, content.namespace, cancel);
  const { version, digest, valuesHash } = layer;
  const record = {
    ...newRecord(layer),
    applied: { version, digest, valuesHash, at: new Date().toISOString() },
    releases: content.charts.map(({ namespace, name }) => ({ namespace, name })),
    members: allMembers([], wanted.map(referenceOf)),
  };
  await records.write(await records.open(layer, cancel), record, cancel, layer.values);
}
