import { z } from 'zod';
import { accepted } from '../connection/answer.ts';
import type { KubernetesClient } from '../connection/client.ts';
import { decode } from '../connection/decode.ts';
import { unusable } from '../connection/unusable.ts';
import { asObject, type KubeObject } from '../objects/object.ts';
import { Expired } from './failure.ts';
import { queryOf, type WatchTarget } from './target.ts';

/** A collection as it was at one moment. */
export interface ListedState {
  readonly objects: readonly KubeObject[];
  readonly resourceVersion: string;
}

const pageSize = 500;
/** A collection of 100 000 objects; one that does not end is given up on. */
const pageLimit = 200;

const page = z.object({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.object({ resourceVersion: z.string().min(1).max(1024), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
});

const head = z.object({ metadata: z.object({ resourceVersion: z.string().min(1).max(1024) }) });

/**
 * How new the collection is now, by one object of it at most. A server takes a watch from a state that it has not come to, and is silent until it has; what happened before is then
 * never told.
 *
 * @throws KUBERNETES_REFUSED, KUBERNETES_ANSWER_INVALID, and as `KubernetesClient.ask`
 */
export async function newestVersion(
  client: KubernetesClient,
  { path, name }: WatchTarget,
  cancel: AbortSignal | undefined,
): Promise<string> {
  const query = { ...queryOf({ path, name }), limit: '1' };
  const answer = await client.ask({ method: 'GET', path, query, cancel });
  return decode(head, accepted(answer, 'list', path), path).metadata.resourceVersion;
}

/**
 * Reads a collection anew, as it is now: without a resource version, so that no server answers from what it remembers. All pages are of one moment.
 *
 * @throws Expired when the pages' moment is no longer kept, KUBERNETES_REFUSED, KUBERNETES_ANSWER_INVALID, and as `KubernetesClient.ask`
 */
export async function listState(
  client: KubernetesClient,
  target: WatchTarget,
  cancel: AbortSignal | undefined,
): Promise<ListedState> {
  const objects: KubeObject[] = [];
  const { path } = target;
  let token: string | undefined;
  for (let count = 0; count < pageLimit; count += 1) {
    const query = { ...queryOf(target), limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) };
    const answer = await client.ask({ method: 'GET', path, query, cancel });
    if (answer.status === 410) throw new Expired();
    const { apiVersion, kind, metadata, items } = decode(page, accepted(answer, 'list', path), path);
    // Items of a list do not repeat what kind they are.
    const type = {
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(kind === undefined ? {} : { kind: kind.replace(/List$/, '') }),
    };
    for (const item of items ?? [])
      objects.push(asObject(typeof item === 'object' ? { ...type, ...item } : item, path));
    token = metadata.continue;
    if (token === undefined || token === '') return { objects, resourceVersion: metadata.resourceVersion };
  }
  throw unusable(`its list has more than ${pageLimit} pages`, path);
}
