import type { ExaminedLayer, OtherObject } from '@sealift/core/adoption';
import { type Drift, drift } from '@sealift/kubernetes/drift';
import { placed } from '@sealift/kubernetes/helm-placed';
import { nameOf } from '@sealift/kubernetes/object';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { contentOf, repointOf } from '../cluster/layers/layer-content.ts';
import type { LayerTools } from '../cluster/layers/layer-tools.ts';

const shownFields = 5;

/**
 * Lays a layer's pack out with its values, and compares the objects of its manifests with those of the cluster by dry runs. Its charts are
 * told of only: helm's own records say what runs of them. Nothing is changed.
 *
 * @throws PACK_…, CHART_INVALID, LAYER_INVALID, CONTENT_…, HELM_…, KUBERNETES_…
 */
export async function examineLayer(layer: DesiredLayer, tools: LayerTools): Promise<ExaminedLayer> {
  const { objects, cancel } = tools;
  const content = await contentOf(layer, await repointOf(layer, tools), tools);
  const wanted = await placed(objects, content.manifests, content.namespace, cancel);
  const compared = await drift(objects, wanted, { namespace: content.namespace, cancel });
  return {
    charts: content.charts.map(({ chart, version, namespace, name, values }) => ({
      chart,
      version,
      namespace,
      name,
      values,
    })),
    objects: wanted.length,
    others: compared.flatMap(otherOf),
  };
}

function otherOf(found: Drift): OtherObject[] {
  const object = nameOf(found.object);
  switch (found.state) {
    case 'same':
      return [];
    case 'missing':
      return [{ object, state: 'missing', detail: '' }];
    case 'unknown':
      return [{ object, state: isUnserved(found) ? 'missing' : 'unknown', detail: found.reason.message }];
    case 'drifted': {
      const fields = found.fields.slice(0, shownFields).map(({ field }) => field);
      const more = found.fields.length > shownFields ? ` and ${found.fields.length - shownFields} more` : '';
      return [{ object, state: 'differs', detail: `other values at ${fields.join(', ')}${more}` }];
    }
  }
}

/** Of a kind that the cluster does not know there is no object. */
function isUnserved({ reason }: Extract<Drift, { state: 'unknown' }>): boolean {
  return reason.code === 'KUBERNETES_KIND_UNKNOWN';
}
