import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import type { ProviderRecords } from './provider-record.ts';

/** All that providers are applied and looked at with, for one call. */
export interface ProvidersTools {
  /** Of the cluster that Cluster API runs on. */
  readonly objects: Objects;
  readonly records: ProviderRecords;
  readonly content: Pick<ContentPort, 'openPack'>;
  readonly cancel: Cancel;
}

/** Requests under way at a time; the client holds as many connections. */
const atOnce = 6;

/** Does something for each, some at a time; the results are in the order of what was given. */
export async function forEach<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const done: Result[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    done.push(...(await Promise.all(items.slice(start, start + atOnce).map(act))));
  }
  return done;
}
