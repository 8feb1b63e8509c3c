import { z } from 'zod';
import { metadataOnly } from '../connection/list-pages.ts';
import { decode } from '../connection/decode.ts';
import { objectPath } from '../connection/client.ts';
import type { Objects } from '../objects/objects.ts';
import type { RequestedApi } from './requested-apis.ts';

/** Objects of a kind that are looked at: one page. */
const most = 500;
const shown = 5;

const page = z.object({
  items: z
    .array(
      z.object({
        metadata: z.object({
          name: z.string(),
          namespace: z.string().optional(),
          managedFields: z
            .array(z.object({ manager: z.string().optional(), apiVersion: z.string().optional() }))
            .nullish(),
        }),
      }),
    )
    .nullable(),
});

/**
 * Who has written objects in an API version that goes, by the managers of their fields: a metric tells that somebody asked, and not who. Programs that
 * only read leave no trace there.
 *
 * @returns such as `helm (default/classes)`, at most five of the first objects of its kind; none where nobody did, or no other version is served
 * @throws KUBERNETES_…
 */
export async function versionWriters(
  objects: Objects,
  { group, version, resource }: RequestedApi,
  cancel?: AbortSignal,
): Promise<readonly string[]> {
  const { resources } = await objects.discovery.read(cancel);
  // In the version that goes the same objects would be asked for, and the count of the metric be raised.
  const other = resources.find((one) => one.group === group && one.plural === resource && one.version !== version);
  if (other === undefined) return [];
  const path = objectPath(group === '' ? `/api/${other.version}` : `/apis/${group}/${other.version}`, resource);
  const answer = await objects.client.ask({
    method: 'GET',
    path,
    query: { limit: String(most) },
    accept: metadataOnly,
    cancel,
  });
  if (answer.status !== 200) return [];
  const goes = group === '' ? version : `${group}/${version}`;
  const found = new Map<string, string>();
  for (const { metadata } of decode(page, answer.body, path).items ?? []) {
    const { name, namespace, managedFields } = metadata;
    for (const { manager = 'a manager without a name', apiVersion } of managedFields ?? []) {
      if (apiVersion !== goes || found.has(manager) || found.size >= shown) continue;
      found.set(manager, `${manager} (${namespace === undefined ? name : `${namespace}/${name}`})`);
    }
  }
  return [...found.values()];
}
