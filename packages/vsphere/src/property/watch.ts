import type { VcenterClient } from '../client/client.ts';
import { maybe, nothing, only } from '../client/result.ts';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { Attempts } from '@sealift/io/retry';
import { isOutage } from '../connection/unavailable.ts';
import {
  boolean,
  type Fields,
  many,
  managedObject,
  optional,
  raw,
  record,
  type RecordOf,
  required,
  text,
} from '../xml/decode.ts';
import type { XmlElement } from '@sealift/io/xml/element';
import { element, reference } from '../xml/encode.ts';
import { type Reference, sameReference } from '../xml/reference.ts';
import { asElement, propertySpec } from './properties.ts';
import { retrieveOne } from './retrieve.ts';

/** How long the server holds a call when nothing happens, in seconds; the answer is then empty and it is asked again. */
const maxWaitSeconds = 30;

const maxRenewals = 3;
/** Half a minute in which nothing at all is seen. */
const outageDelaysMs = [500, 1000, 2000, 4000, 8000, 15_000];

const updateSet = record({
  version: required(text),
  truncated: optional(boolean),
  filterSet: many(
    record({
      objectSet: many(
        record({
          kind: required(text),
          obj: required(managedObject),
          changeSet: many(record({ name: required(text), op: required(text), val: optional(raw) })),
        }),
      ),
    }),
  ),
});

/**
 * Follows properties of one object (`WaitForUpdatesEx`): yields them as they are first, then after every change. It is ended
 * by leaving the loop; the filter on the server goes with it. A session that ends meanwhile is renewed, an outage is waited for, and
 * the watch begins anew.
 *
 * @throws VSPHERE_OBJECT_GONE when the object is removed; CANCELLED
 */
export async function* watch<const Shape extends Fields>(
  client: VcenterClient,
  ref: Reference,
  fields: Shape,
  cancel?: AbortSignal,
): AsyncGenerator<RecordOf<Shape>, void, undefined> {
  let seen = 0;
  const outages = new Attempts({ passes: isOutage, delaysMs: outageDelaysMs, position: () => seen, cancel });
  for (let renewals = 0; ; ) {
    const session = client.session;
    try {
      for await (const one of follow(client, ref, fields, cancel)) {
        seen += 1;
        yield one;
      }
      return;
    } catch (error) {
      const ended = isSealiftError(error, 'VSPHERE_NOT_AUTHENTICATED') && client.session !== session;
      if (!ended || renewals === maxRenewals) await outages.pauseAfter(error);
      else renewals += 1;
    }
  }
}

async function* follow<Shape extends Fields>(
  client: VcenterClient,
  ref: Reference,
  fields: Shape,
  cancel: AbortSignal | undefined,
): AsyncGenerator<RecordOf<Shape>, void, undefined> {
  const paths = Object.keys(fields);
  // A collector of its own: updates of one watch do not wake another.
  const collector = await client.call({
    method: 'CreatePropertyCollector',
    on: client.content.propertyCollector,
    result: only(managedObject),
    // One that nobody knows of ends with the session.
    idempotent: true,
    cancel,
  });
  const values = new Map<string, XmlElement>();
  try {
    const objects = element('objectSet', [reference('obj', ref), element('skip', false)]);
    await client.call({
      method: 'CreateFilter',
      on: collector,
      args: [element('spec', [propertySpec(ref.type, paths), objects]), element('partialUpdates', false)],
      result: only(managedObject),
      sessionBound: true,
      cancel,
    });
    let version = '';
    for (;;) {
      const update = await client.call({
        method: 'WaitForUpdatesEx',
        on: collector,
        args: [
          ...(version === '' ? [] : [element('version', version)]),
          element('options', [element('maxWaitSeconds', maxWaitSeconds)]),
        ],
        result: maybe(updateSet),
        repeatable: true,
        sessionBound: true,
        timeoutMs: (maxWaitSeconds + 30) * 1000,
        cancel,
      });
      if (update === undefined) continue;
      ({ version } = update);
      const changed = apply(update, ref, values);
      if (changed === 'partly') {
        const { ref: _ref, ...all } = await retrieveOne(client, ref, raws(paths), cancel);
        values.clear();
        for (const [name, value] of Object.entries(all)) if (value !== undefined) values.set(name, value);
      }
      // The rest of a truncated set comes at once; what is known until then may contradict itself.
      if (changed !== 'no' && update.truncated !== true) yield record(fields)(asElement(ref.type, values));
    }
  } finally {
    await client
      .call({
        method: 'DestroyPropertyCollector',
        on: collector,
        result: nothing,
        sessionBound: true,
        cancel: AbortSignal.timeout(10_000),
      })
      // It ends with the session anyway.
      .catch(() => undefined);
  }
}

/** Takes an update over. `partly`: something inside of a property changed, so the properties have to be read again. */
function apply(
  update: ReturnType<typeof updateSet>,
  ref: Reference,
  values: Map<string, XmlElement>,
): 'no' | 'wholly' | 'partly' {
  let changed: 'no' | 'wholly' | 'partly' = 'no';
  for (const { kind, obj, changeSet } of update.filterSet.flatMap(({ objectSet }) => objectSet)) {
    if (!sameReference(obj, ref)) continue;
    if (kind === 'leave')
      throw new SealiftError('VSPHERE_OBJECT_GONE', { values: { object: `${ref.type}:${ref.value}` } });
    if (changed === 'no') changed = 'wholly';
    for (const { name, op, val } of changeSet) {
      if (op === 'assign' && val !== undefined) values.set(name, val);
      else if (op === 'assign' || op === 'indirectRemove' || op === 'remove') values.delete(name);
      else changed = 'partly';
    }
  }
  return changed;
}

function raws(
  paths: readonly string[],
): Readonly<Record<string, { read: ReturnType<typeof optional<XmlElement>>['read'] }>> {
  return Object.fromEntries(paths.map((path) => [path, optional(raw)]));
}
