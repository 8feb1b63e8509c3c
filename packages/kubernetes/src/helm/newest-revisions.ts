import { isSealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { listPages, metadataOnly } from '../connection/list-pages.ts';
import type { Objects } from '../objects/objects.ts';
import { readRevision, type StoredRevision } from './release-record.ts';
import type { ReleasePlace } from './releases.ts';

const kind = { apiVersion: 'v1', kind: 'Secret' } as const;
const item = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    labels: z
      .object({ name: z.string(), version: z.string().regex(/^\d{1,9}$/) })
      .optional()
      .catch(undefined),
  }),
});

/** The newest revision of a release; undefined where its record cannot be read. */
export interface NewestRevision extends ReleasePlace {
  readonly revision: number;
  readonly stored: StoredRevision | undefined;
}

/**
 * Every release of Helm in a cluster by its newest revision. Of all others only names are read: a history may be large. Releases come one at a
 * time, so that one record is held at a time.
 *
 * @throws KUBERNETES_…
 */
export async function* newestRevisions(objects: Objects, cancel?: AbortSignal): AsyncGenerator<NewestRevision> {
  const path = await objects.collectionPath(kind, cancel);
  const query = { labelSelector: 'owner=helm' };
  const newest = new Map<string, NewestRevision & { readonly secret: string }>();
  for (const { metadata } of await listPages(objects.client, path, item, { query, accept: metadataOnly, cancel })) {
    const { namespace, labels, name: secret } = metadata;
    if (labels === undefined) continue;
    const [key, revision] = [`${namespace}/${labels.name}`, Number(labels.version)];
    if (revision > (newest.get(key)?.revision ?? 0)) {
      newest.set(key, { namespace, name: labels.name, revision, secret, stored: undefined });
    }
  }
  for (const { secret, ...place } of newest.values()) {
    const object = await objects.get({ ...kind, namespace: place.namespace, name: secret }, cancel);
    // Removed since it was listed.
    if (object === undefined) continue;
    yield { ...place, stored: await readRevision(object).catch(unreadable) };
  }
}

function unreadable(error: unknown): undefined {
  if (!isSealiftError(error, 'HELM_RELEASE_UNREADABLE')) throw error;
  return undefined;
}
