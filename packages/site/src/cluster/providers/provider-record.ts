import { SealiftError } from '@sealift/core/errors';
import { readRecord } from '@sealift/core/record';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';
import type { Holder } from '../layers/holder.ts';

const place = { apiVersion: 'v1', kind: 'Secret', namespace: 'sealift-system', name: 'cluster-api-providers' } as const;
const shown = `Secret ${place.namespace}/${place.name}`;
const format = 1;

const text = z.string().max(1000);
const texts = z.array(text).max(2000).readonly();
const rememberedSchema = z.object({ bases: z.record(text, texts).readonly(), fields: texts });
const memberSchema = z.object({ apiVersion: text, kind: text, namespace: text.optional(), name: text });
const contentSchema = z.object({
  digest: text,
  at: z.iso.datetime(),
  /** By Deployment, as `namespace/name`. */
  remembered: z.record(text, rememberedSchema).readonly(),
  /** What a person set and what was kept, for people. */
  kept: texts,
});
const recordSchema = z.object({
  format: z.literal(format),
  /** Who wrote last. */
  by: z.object({ holder: text, epoch: z.int().nonnegative() }),
  /** What was asked for to its end last; null while nothing was. */
  applied: contentSchema
    .extend({
      /** Images by Deployment and container. */
      images: z.record(text, z.record(text, text)),
      /** How many objects were stored anew; null while they are still to be. */
      rewritten: z.int().nonnegative().nullable(),
    })
    .nullable(),
  /** What is being asked for since; it stays where it was cut. */
  attempt: contentSchema.nullable(),
  /** Every object that the components may have in the cluster. */
  members: z.array(memberSchema).max(4000).readonly(),
});
export type ProviderRecord = z.infer<typeof recordSchema>;

/** The record with the object that holds it. */
export interface StoredProviders {
  readonly record: ProviderRecord;
  readonly object: KubeObject;
}

/**
 * The record of the providers that were asked for, in the cluster that they run on. Each write holds only while nobody else wrote since it was read,
 * and only for the newest holder of the lease.
 */
export class ProviderRecords {
  readonly #objects: Objects;
  readonly #holder: Holder;

  constructor(objects: Objects, holder: Holder) {
    this.#objects = objects;
    this.#holder = holder;
  }

  /** Undefined where nothing was ever asked for. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED, KUBERNETES_… */
  async find(cancel: Cancel): Promise<StoredProviders | undefined> {
    const object = await this.#objects.get(place, cancel);
    return object === undefined ? undefined : read(object);
  }

  /**
   * The record, made with its namespace where there is none.
   *
   * @throws LEASE_LOST where somebody wrote it under a newer lease; PROVIDERS_BUSY where another is at it under the same; as `find`
   */
  async open(cancel: Cancel): Promise<StoredProviders> {
    const found = await this.find(cancel);
    if (found !== undefined) return this.#own(found);
    const { namespace, name } = place;
    await this.#objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, cancel);
    const record = { format, by: this.#by(), applied: null, attempt: null, members: [] } as const;
    const secret = { type: 'sealift.dev/cluster-api-providers', data: dataOf(record) };
    await this.#objects.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, ...secret }, cancel);
    const made = await this.find(cancel);
    if (made !== undefined) return this.#own(made);
    throw new SealiftError('KUBERNETES_CONFLICT', { values: { object: shown } });
  }

  /** @throws KUBERNETES_CONFLICT where somebody else wrote it since it was read; KUBERNETES_… */
  async write({ object }: StoredProviders, record: ProviderRecord, cancel: Cancel): Promise<StoredProviders> {
    const { resourceVersion } = object.metadata;
    const body = { metadata: { resourceVersion }, data: dataOf({ ...record, by: this.#by() }) };
    return read(await this.#objects.mergePatch(place, body, cancel));
  }

  /** @throws LEASE_LOST, PROVIDERS_BUSY */
  #own(stored: StoredProviders): StoredProviders {
    const { by, attempt } = stored.record;
    const { id, epoch } = this.#holder;
    if (by.epoch > epoch) throw new SealiftError('LEASE_LOST', { values: { epoch } });
    if (attempt !== null && by.epoch === epoch && by.holder !== id) {
      throw new SealiftError('PROVIDERS_BUSY', { values: { holder: by.holder, since: attempt.at } });
    }
    return stored;
  }

  #by(): ProviderRecord['by'] {
    return { holder: this.#holder.id, epoch: this.#holder.epoch };
  }
}

function read(object: KubeObject): StoredProviders {
  const what = 'the record of the Cluster API providers';
  const { record: stored } = z.object({ record: z.string().optional() }).safeParse(object['data']).data ?? {};
  if (stored === undefined) throw new SealiftError('RECORD_DAMAGED', { values: { what, reason: 'it is empty' } });
  const json = Buffer.from(stored, 'base64').toString('utf8');
  return { record: readRecord(what, { stored: json, format, schema: recordSchema }), object };
}

function dataOf(record: ProviderRecord): Readonly<Record<string, string>> {
  return { record: Buffer.from(JSON.stringify(record)).toString('base64') };
}
