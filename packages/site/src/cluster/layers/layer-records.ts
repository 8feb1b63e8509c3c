import { SealiftError } from '@sealift/core/errors';
import { applySetId, idLabel, toolingAnnotation } from '@sealift/kubernetes/apply-set';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { LayerPlace } from '@sealift/upgrade/ports/cluster';
import { keptValues, packedValues } from './applied-values.ts';
import {
  layerLabel,
  layerNamespace,
  type LayerRecord,
  newRecord,
  parentOf,
  readLayerRecord,
  recordData,
  type StoredRecord,
} from './layer-record.ts';

/**
 * The records of a cluster's layers. Each write holds only while nobody else wrote since it was read, so that of two writers the second
 * is refused (`KUBERNETES_CONFLICT`).
 */
export class LayerRecords {
  readonly #objects: Objects;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** All layers, in the order of their names. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED, KUBERNETES_… */
  async all(cancel: Cancel): Promise<readonly StoredRecord[]> {
    const kind = { apiVersion: 'v1', kind: 'Secret', namespace: layerNamespace };
    const found = await this.#objects.list({ ...kind, labelSelector: layerLabel }, cancel);
    const records = found.map((object) => readLayerRecord(object));
    return records.toSorted((a, b) => (a.object.metadata.name < b.object.metadata.name ? -1 : 1));
  }

  /** A layer's record; undefined where nothing of it was ever applied. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED, KUBERNETES_… */
  async find(place: LayerPlace, cancel: Cancel): Promise<StoredRecord | undefined> {
    const reference = parentOf(place);
    const object = await this.#objects.get(reference, cancel);
    if (object === undefined) return undefined;
    const stored = readLayerRecord(object);
    if (stored.record.layer === place.layer && stored.record.pack === place.pack) return stored;
    const what = `the record ${reference.name} of a layer`;
    const reason = `it is about ${stored.record.layer}/${stored.record.pack}`;
    throw new SealiftError('RECORD_DAMAGED', { values: { what, reason } });
  }

  /** A layer's record, made with its namespace where there is none. @throws as `find` */
  async open(place: LayerPlace, cancel: Cancel): Promise<StoredRecord> {
    const found = await this.find(place, cancel);
    if (found !== undefined) return found;
    const { namespace: _, name } = parentOf(place);
    await this.#objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: layerNamespace } }, cancel);
    await this.#objects.create(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name,
          namespace: layerNamespace,
          // The record is the parent of a set from its first moment, or it would be taken for something else's object.
          labels: { [layerLabel]: place.layer, [idLabel]: applySetId(parentOf(place)) },
          annotations: { [toolingAnnotation]: 'sealift/v1' },
        },
        type: 'sealift.dev/layer',
        data: recordData(newRecord(place)),
      },
      cancel,
    );
    const made = await this.find(place, cancel);
    if (made !== undefined) return made;
    throw new SealiftError('KUBERNETES_CONFLICT', { values: { object: `Secret ${layerNamespace}/${name}` } });
  }

  /**
   * @param values those of what is said to be applied; without them the ones that are kept stay
   * @throws KUBERNETES_CONFLICT where somebody else wrote it since it was read; KUBERNETES_…
   */
  async write({ object }: StoredRecord, record: LayerRecord, cancel: Cancel, values?: string): Promise<StoredRecord> {
    const { resourceVersion } = object.metadata;
    const said = recordData(record);
    const kept = values === undefined ? keptValues(object, said) : await packedValues(values, said);
    const body = { metadata: { resourceVersion }, data: { ...said, values: kept } };
    const written = await this.#objects.mergePatch(parentOf(record), body, cancel);
    return readLayerRecord(written);
  }

  /**
   * A record as it is now, when it is still of the same attempt: what was applied meanwhile is noted at the same object.
   *
   * @throws KUBERNETES_CONFLICT where somebody else has begun something since
   */
  async again({ record }: StoredRecord, cancel: Cancel): Promise<StoredRecord> {
    const found = await this.find(record, cancel);
    if (found !== undefined && found.record.attempt?.id === record.attempt?.id) return found;
    throw new SealiftError('KUBERNETES_CONFLICT', {
      values: { object: `Secret ${layerNamespace}/${parentOf(record).name}` },
    });
  }

  /** Ends the record: nothing of the layer is left. @throws KUBERNETES_CONFLICT, KUBERNETES_… */
  async remove({ object }: StoredRecord, cancel: Cancel): Promise<void> {
    await this.#objects.delete(
      referenceOf(object),
      { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion },
      cancel,
    );
  }
}

function referenceOf({ metadata: { name } }: KubeObject) {
  return { apiVersion: 'v1', kind: 'Secret', namespace: layerNamespace, name };
}
