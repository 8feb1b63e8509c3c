import { z } from 'zod';
import { accepted } from './answer.ts';
import type { KubernetesClient } from './client.ts';
import { decode } from './decode.ts';
import { unusable } from './unusable.ts';

/** How a collection is read. */
export interface ListOptions {
  readonly cancel?: AbortSignal | undefined;
  readonly pageSize?: number;
  /** Besides the page: a selector. */
  readonly query?: Readonly<Record<string, string>>;
  /** Items that are read at most; a collection of more is an error. */
  readonly most?: number | undefined;
  /** Another form of the list than the whole objects. */
  readonly accept?: string;
}

/** Only what `metadata` says of each object (Kubernetes API concepts, "Metadata-only fetches"). */
export const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** Made once: a schema costs more to make than a short list to read. An empty list of metadata alone has null in place of items. */
const page = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
});

const usualPageSize = 500;
/** A listing of 100 000 objects; one that does not end is given up on. */
const pageLimit = 200;
/** A list whose state the server compacts while it is read is begun again. */
const beginnings = 3;

/**
 * All objects of a collection, read in pages (Kubernetes API concepts, "Retrieving large results sets in chunks").
 *
 * @throws KUBERNETES_REFUSED, KUBERNETES_ANSWER_INVALID, KUBERNETES_UNREACHABLE, CANCELLED
 */
export async function listPages<Item>(
  client: KubernetesClient,
  path: string,
  item: z.ZodType<Item>,
  options: ListOptions = {},
): Promise<readonly Item[]> {
  for (let begun = 1; ; begun += 1) {
    const found = await readPages(client, path, item, options, begun < beginnings);
    if (found !== undefined) return found;
  }
}

/** @returns undefined where what it reads has expired and it may be begun again */
async function readPages<Item>(
  client: KubernetesClient,
  path: string,
  item: z.ZodType<Item>,
  { cancel, pageSize = usualPageSize, query: chosen = {}, accept, most = Infinity }: ListOptions,
  again: boolean,
): Promise<readonly Item[] | undefined> {
  const found: Item[] = [];
  let token: string | undefined;
  for (let count = 0; count < pageLimit; count += 1) {
    const query = { ...chosen, limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) };
    const form = accept === undefined ? {} : { accept };
    const answer = await client.ask({ method: 'GET', path, query, cancel, ...form });
    if (answer.status === 410 && token !== undefined && again) return undefined;
    const { metadata, items: some } = decode(page, accepted(answer, 'list', path), path);
    for (const each of some ?? []) found.push(decode(item, each, path));
    if (found.length > most) throw unusable(`its list has more than ${most} items`, path);
    token = metadata.continue;
    if (token === undefined || token === '') return found;
  }
  throw unusable(`its list has more than ${pageLimit} pages`, path);
}
