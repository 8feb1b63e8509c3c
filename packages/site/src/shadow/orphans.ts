import { nameOf } from '@sealift/kubernetes/object';
import { stored } from './examine.ts';
import type { Findings } from './finding.ts';
import type { StoredValue } from './store.ts';
import { storedObject } from './stored-object.ts';

/** What an API server keeps in etcd for itself, which no list shows; and events, which go by themselves. */
const internal = /^\/registry\/(?:ranges|masterleases|peerserverleases|events)\//;

/** What stands in etcd beside what was looked at. */
export interface Stored {
  readonly keys: number;
  /** Values of which nobody can tell what they are: encrypted ones. */
  readonly untold: number;
}

/**
 * Finds objects that are stored and that no list shows.
 *
 * @param shown identities of all that the server lists
 */
export async function findOrphans(
  values: AsyncIterable<StoredValue>,
  shown: ReadonlySet<string>,
  unread: ReadonlySet<string>,
  findings: Findings,
): Promise<Stored> {
  let keys = 0;
  let untold = 0;
  for await (const { key, value } of values) {
    if (internal.test(key)) continue;
    keys += 1;
    const object = storedObject(value);
    if (object === undefined) {
      untold += 1;
      continue;
    }
    const { apiVersion, kind } = object;
    if (unread.has(kind)) continue;
    const parts = key.split('/');
    const name = parts.at(-1) ?? '';
    const namespace = parts.at(-2) ?? '';
    const isShown = [namespace, ''].some((within) => shown.has(stored(apiVersion, kind, within, name)));
    if (isShown) continue;
    const text = `it is stored as ${apiVersion} and no list shows it`;
    findings.add('orphan', nameOf({ apiVersion, kind, name }), text, `${apiVersion} ${kind}`);
  }
  return { keys, untold };
}
