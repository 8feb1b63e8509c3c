import { isSealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { type KubernetesClient, objectPath } from '../../connection/client.ts';
import { decode } from '../../connection/decode.ts';
import { asObject, type KubeObject } from '../../objects/object.ts';

/** As many objects are read of one kind: what more there are would not make a reason clearer. */
const most = 500;
const eventsMost = 100;

const page = z.object({
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  items: z.array(z.looseObject({})).nullish(),
});

/** The first page of a collection; undefined where the account may not read it, or it is not served: a reason is worth more than none. */
export async function readSome(
  client: KubernetesClient,
  path: string,
  query: Readonly<Record<string, string>>,
  cancel: AbortSignal | undefined,
): Promise<readonly KubeObject[] | undefined> {
  return (await readPage(client, path, query, cancel))?.objects;
}

/** As `readSome`, but undefined too where there are more: of a part nobody may conclude that something is missing. */
export async function readWhole(
  client: KubernetesClient,
  path: string,
  query: Readonly<Record<string, string>>,
  cancel: AbortSignal | undefined,
): Promise<readonly KubeObject[] | undefined> {
  const found = await readPage(client, path, query, cancel);
  return found?.isWhole === true ? found.objects : undefined;
}

async function readPage(
  client: KubernetesClient,
  path: string,
  query: Readonly<Record<string, string>>,
  cancel: AbortSignal | undefined,
): Promise<{ readonly objects: readonly KubeObject[]; readonly isWhole: boolean } | undefined> {
  return orUndefined(async () => {
    const listed = decode(page, await client.list(path, { limit: String(most), ...query }, cancel), path);
    const type = { apiVersion: listed.apiVersion, kind: listed.kind?.replace(/List$/, '') };
    const items = listed.items ?? [];
    const objects = items.slice(0, most).map((item) => asObject({ ...type, ...item }, path));
    return { objects, isWhole: (listed.metadata?.continue ?? '') === '' && items.length <= most };
  });
}

/** One object; undefined where it is not there, or may not be read. */
export async function readOne(
  client: KubernetesClient,
  path: string,
  cancel: AbortSignal | undefined,
): Promise<KubeObject | undefined> {
  return orUndefined(async () => {
    const found = await client.read(path, cancel);
    return found === undefined ? undefined : asObject(found, path);
  });
}

/** The events about objects, asked for each by its uid. */
export async function readEvents(
  client: KubernetesClient,
  about: readonly KubeObject[],
  cancel: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const { metadata } of about) {
    if (metadata.uid === undefined) continue;
    const path = objectPath('/api/v1', 'events', { namespace: metadata.namespace ?? 'default' });
    const query = { fieldSelector: `involvedObject.uid=${metadata.uid}`, limit: String(eventsMost) };
    found.push(...((await readSome(client, path, query, cancel)) ?? []));
  }
  return found;
}

async function orUndefined<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isSealiftError(error, 'KUBERNETES_REFUSED')) return undefined;
    throw error;
  }
}
