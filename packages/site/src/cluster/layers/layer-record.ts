import { createHash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { layerNameSchema, packNameSchema } from '@sealift/core/pack';
import { readRecord } from '@sealift/core/record';
import type { SetParent } from '@sealift/kubernetes/apply-set';
import type { KubeObject, ObjectReference } from '@sealift/kubernetes/object';
import type { LayerPlace } from '@sealift/upgrade/ports/cluster';
import { z } from 'zod';

/** Where the records of layers are. */
export const layerNamespace = 'sealift-system';
/** Marks a Secret as the record of a layer; its value is the layer's name. */
export const layerLabel = 'sealift.dev/layer';

const format = 1;
/** As many as a Secret has room for. */
export const maxMembers = 4000;

const text = z.string().max(500);
const releaseSchema = z.object({ namespace: text, name: text });
const memberSchema = z.object({ apiVersion: text, kind: text, namespace: text.optional(), name: text });
const contentSchema = z.object({ version: text, digest: text, valuesHash: text });
const recordSchema = z.object({
  format: z.literal(format),
  layer: layerNameSchema,
  pack: packNameSchema,
  /** What was applied to its end last; null while nothing was. */
  applied: contentSchema.extend({ at: z.iso.datetime() }).nullable(),
  /** What is being done since, and by whom; it stays where it was cut. */
  attempt: contentSchema
    .extend({
      id: text,
      holder: text,
      epoch: z.int().nonnegative(),
      at: z.iso.datetime(),
      doing: z.enum(['apply', 'remove']),
    })
    .nullable(),
  /** Every release that the layer may have in the cluster, by what was applied or by what was tried. */
  releases: z.array(releaseSchema).max(1000),
  /** Every object of manifests that the layer may have in the cluster, in the same way: nothing else is ever pruned. */
  members: z.array(memberSchema).max(maxMembers),
});
const dataSchema = z.object({ record: z.string().optional() });
export type LayerRecord = z.infer<typeof recordSchema>;
export type LayerAttempt = NonNullable<LayerRecord['attempt']>;

/** A layer's record with the object that holds it: the layer's parent, from which all it installed is found. */
export interface StoredRecord {
  readonly record: LayerRecord;
  readonly object: KubeObject;
}

/** The object that records a layer, and is the parent of the set of its manifests' objects. Names of packs may have characters that those of objects may not. */
export function parentOf({ layer, pack }: LayerPlace): SetParent & ObjectReference {
  const plain = pack.replaceAll('_', '-');
  const name = plain === pack ? pack : `${plain}-${createHash('sha256').update(pack).digest('hex').slice(0, 8)}`;
  return { apiVersion: 'v1', kind: 'Secret', namespace: layerNamespace, name: `layer-${layer}-${name}` } as const;
}

/** A layer of which nothing is known yet. */
export function newRecord({ layer, pack }: LayerPlace): LayerRecord {
  return { format, layer, pack, applied: null, attempt: null, releases: [], members: [] };
}

/** @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export function readLayerRecord(object: KubeObject): StoredRecord {
  const what = `the record ${object.metadata.name} of a layer`;
  const { record: stored } = dataOf(object);
  if (stored === undefined) throw new SealiftError('RECORD_DAMAGED', { values: { what, reason: 'it is empty' } });
  const json = Buffer.from(stored, 'base64').toString('utf8');
  return { record: readRecord(what, { stored: json, format, schema: recordSchema }), object };
}

/** The members of the Secret that say the record. */
export function recordData(record: LayerRecord): { readonly record: string } {
  return { record: Buffer.from(JSON.stringify(record)).toString('base64') };
}

function dataOf(object: KubeObject): { readonly record?: string | undefined } {
  return dataSchema.safeParse(object['data']).data ?? {};
}
