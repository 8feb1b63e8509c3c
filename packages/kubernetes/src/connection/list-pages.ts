import { z } from 'zod';
import type { KubernetesClient } from './client.ts';
import { decode } from './decode.ts';
import { unusable } from './unusable.ts';

/** How a collection is read. */
export interface ListOptions {
  readonly cancel?: AbortSignal | undefined;
  readonly pageSize?: number;
  /** Besides the page: a selector. */
  readonly query?: Readonly<Record<string, string>>;
}

const usualPageSize = 500;
/** A listing of 100 000 objects; one that does not end is given up on. */
const pageLimit = 200;

/**
 * All objects of a collection, read in pages (Kubernetes API concepts, "Retrieving large results sets in chunks").
 *
 * @throws KUBERNETES_REFUSED, KUBERNETES_ANSWER_INVALID, KUBERNETES_UNREACHABLE, CANCELLED
 */
export async function listPages<Item>(
  client: KubernetesClient,
  path: string,
  item: z.ZodType<Item>,
  { cancel, pageSize = usualPageSize, query: chosen = {} }: ListOptions = {},
): Promise<readonly Item[]> {
  const page = z.object({ metadata: z.object({ continue: z.string().optional() }), items: z.array(item) });
  const found: Item[] = [];
  let token: string | undefined;
  for (let count = 0; count < pageLimit; count += 1) {
    const query = { ...chosen, limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) };
    const { metadata, items } = decode(page, await client.list(path, query, cancel), path);
    found.push(...items);
    token = metadata.continue;
    if (token === undefined || token === '') return found;
  }
  throw unusable(`its list has more than ${pageLimit} pages`, path);
}
