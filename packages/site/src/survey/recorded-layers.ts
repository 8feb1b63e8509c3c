import type { RecordedLayer } from '@sealift/core/adoption';
import { nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { valuesIn } from '../cluster/layers/applied-values.ts';
import { LayerRecords } from '../cluster/layers/layer-records.ts';

/** The layers that were applied by Sealift, with their values where the record holds those of its hash. @throws RECORD_…, KUBERNETES_… */
export async function recordedLayers(objects: Objects, cancel: Cancel): Promise<readonly RecordedLayer[]> {
  const layers: RecordedLayer[] = [];
  for (const { record, object } of await new LayerRecords(objects).all(cancel)) {
    const { layer, pack, applied, attempt } = record;
    const of = applied ?? attempt;
    // Made, and nothing begun yet.
    if (of === null) continue;
    const { version, digest, valuesHash } = of;
    const values = await valuesIn(object);
    layers.push({
      layer,
      pack,
      version,
      digest,
      valuesHash,
      values: values !== undefined && hashOfValues(values) === valuesHash ? values : null,
      unfinished: attempt !== null,
      object: nameOf(referenceOf(object)),
    });
  }
  return layers;
}
