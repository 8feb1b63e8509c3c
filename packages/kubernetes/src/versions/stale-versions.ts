import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { listPages, metadataOnly } from '../connection/list-pages.ts';
import { isDefinition } from '../apply/order.ts';
import { apiVersionOf, groupVersionOf, type KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { type DefinitionVersions, readDefinition, servedOf } from './definition.ts';

/** Versions of one custom kind that stand in the way of a definition that drops them. */
export interface StaleKind {
  /** Of the definition: `things.sealift.example`. */
  readonly definition: string;
  readonly group: string;
  readonly kind: string;
  /** Versions that objects may still be stored in and that are not served any more, or not by what comes. */
  readonly stored: readonly string[];
  /** Served now and by what comes. */
  readonly lasting: readonly string[];
  /** The one of them that objects can be rewritten to; undefined where there is none. */
  readonly target: string | undefined;
  /** Versions that field managers of objects name and that are not served any more, or not by what comes. */
  readonly managed: readonly string[];
  /** How many objects there are, and of how many a field manager names such a version; null where the server does not list them. */
  readonly objects: { readonly total: number; readonly managed: number } | null;
  /** Why they can't be listed. */
  readonly trouble: SealiftError | null;
}

export interface StaleOptions {
  /** Definitions that will be applied: what they do not serve counts as not served. Other objects among them are left aside. */
  readonly coming?: readonly KubeObject[] | undefined;
  /** Definitions that are looked at; all without it. */
  readonly isMeant?:
    | ((of: { readonly definition: string; readonly group: string; readonly kind: string }) => boolean)
    | undefined;
  readonly cancel?: AbortSignal | undefined;
}

const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/**
 * The custom kinds whose stored objects or field managers name a version that is not served, or will not be. The latter block every later
 * server-side apply of their object (kubernetes#111937). Reads only, of each object no more than its metadata.
 *
 * @throws KUBERNETES_API_INCOMPLETE, KUBERNETES_… where definitions can't be read
 */
export async function findStaleVersions(objects: Objects, options: StaleOptions = {}): Promise<readonly StaleKind[]> {
  const coming = new Map((options.coming ?? []).filter(isDefinition).map((each) => [each.metadata.name, each]));
  const found: StaleKind[] = [];
  for (const object of await objects.list(definitions, options.cancel)) {
    const now = readDefinition(object);
    const { name: definition, group, kind } = now;
    if (options.isMeant?.({ definition, group, kind }) === false) continue;
    const next = coming.get(definition);
    found.push(await staleOf(objects, now, next && readDefinition(next), options.cancel));
  }
  return found.filter(({ stored, managed, trouble }) => stored.length > 0 || managed.length > 0 || trouble !== null);
}

async function staleOf(
  objects: Objects,
  now: DefinitionVersions,
  next: DefinitionVersions | undefined,
  cancel: AbortSignal | undefined,
): Promise<StaleKind> {
  const { group, kind, storedVersions } = now;
  const lasting = keptVersions(now, next);
  const known = {
    definition: now.name,
    group,
    kind,
    stored: storedVersions.filter((version) => !lasting.includes(version)),
    lasting,
    target: targetOf(now, lasting),
  };
  const [listed] = servedOf(now);
  if (listed === undefined) return { ...known, managed: [], objects: { total: 0, managed: 0 }, trouble: null };
  try {
    const stale = await staleObjects(objects, { group, version: listed, kind }, lasting, cancel);
    const managed = [...new Set(stale.flatMap((each) => each.versions))].toSorted();
    const counts = { total: stale.length, managed: stale.filter(({ versions }) => versions.length > 0).length };
    return { ...known, managed, objects: counts, trouble: null };
  } catch (error) {
    // A conversion webhook that is away is a trouble of this kind, not of the others.
    if (!(error instanceof SealiftError) || error.code === 'CANCELLED') throw error;
    return { ...known, managed: [], objects: null, trouble: error };
  }
}

/** Versions served now and by what comes. */
function keptVersions(now: DefinitionVersions, next: DefinitionVersions | undefined): readonly string[] {
  const later = next === undefined ? undefined : servedOf(next);
  return servedOf(now).filter((version) => later === undefined || later.includes(version));
}

/** The present storage version where it lasts, as then nothing but the objects has to change. */
function targetOf({ versions }: DefinitionVersions, lasting: readonly string[]): string | undefined {
  return versions.find(({ name, storage }) => storage && lasting.includes(name))?.name ?? lasting[0];
}

/** An object, and the versions that its field managers name and that do not last. */
export interface ManagedObject {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly versions: readonly string[];
}

const item = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    managedFields: z.array(z.object({ apiVersion: z.string().optional() })).nullish(),
  }),
});

/** Every object of a kind, looked at through one version. @throws KUBERNETES_… */
export async function staleObjects(
  objects: Objects,
  of: { readonly group: string; readonly version: string; readonly kind: string },
  lasting: readonly string[],
  cancel?: AbortSignal,
): Promise<readonly ManagedObject[]> {
  const path = await objects.collectionPath({ apiVersion: apiVersionOf(of), kind: of.kind }, cancel);
  const found = await listPages(objects.client, path, item, { accept: metadataOnly, cancel });
  return found.map(({ metadata: { name, namespace, managedFields } }) => ({
    namespace,
    name,
    versions: (managedFields ?? [])
      .flatMap(({ apiVersion }) => (apiVersion === undefined ? [] : [groupVersionOf(apiVersion)]))
      .filter(({ group, version }) => group === of.group && !lasting.includes(version))
      .map(({ version }) => version),
  }));
}
