import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { fieldManager } from '../connection/client.ts';
import { accepted, messageOf } from '../connection/answer.ts';
import { apiVersionOf, type KubeObject, nameOf, type ObjectReference } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { type DefinitionVersions, readDefinition } from './definition.ts';
import { rewriteManagedFields, type Rewriting } from './managed-fields.ts';
import { type StaleKind, staleObjects } from './stale-versions.ts';

/** What was done with one object. */
export interface RewrittenObject {
  readonly object: ObjectReference;
  /** `rewritten`: stored anew, and an apply to it passes a dry run. `gone`: somebody has deleted it meanwhile. */
  readonly outcome: 'rewritten' | 'gone' | 'failed';
  readonly error?: SealiftError;
}

export interface Rewritten {
  readonly objects: readonly RewrittenObject[];
  /** Whether the definition now says that objects are stored in the target only: never while one failed. */
  readonly settled: boolean;
}

export interface RewriteOptions {
  readonly onObject?: ((one: RewrittenObject) => void) | undefined;
  readonly cancel?: AbortSignal | undefined;
}

const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const attempts = 10;
/** Owns nothing: a dry run stores nothing. */
const proofManager = 'sealift-proof';

/**
 * Stores every object of a kind anew in the target version and takes versions that do not last out of its field managers (KEP-4192 does the former
 * inside the API server). Each object is proved by a dry-run apply. Then the definition is told that no other version is stored any more, so that one
 * without them is accepted. Doing it again changes nothing.
 *
 * With several API servers the definition's storage version has to have reached all of them, which takes them a second or two.
 *
 * @throws KUBERNETES_VERSION_STUCK where no version is served both now and later; KUBERNETES_…, CANCELLED
 */
export async function rewriteVersions(
  objects: Objects,
  { definition, group, kind, target, lasting }: StaleKind,
  { onObject, cancel }: RewriteOptions = {},
): Promise<Rewritten> {
  if (target === undefined) throw new SealiftError('KUBERNETES_VERSION_STUCK', { values: { definition } });
  const { sameFields } = await storeIn(objects, definition, target, cancel);
  const rewriting = { group, lasting, target, sameFields };
  const of = { group, version: target, kind };
  const done: RewrittenObject[] = [];
  for (const { namespace, name } of await staleObjects(objects, of, lasting, cancel)) {
    const object = { apiVersion: apiVersionOf(of), kind, namespace, name };
    const one = await rewriteOne(objects, object, rewriting, cancel);
    done.push(one);
    onObject?.(one);
  }
  const settled = done.every(({ outcome }) => outcome !== 'failed');
  if (settled) await settle(objects, definition, target, cancel);
  return { objects: done, settled };
}

/** Makes the target the version that objects are stored in, where it is not yet. */
async function storeIn(
  objects: Objects,
  name: string,
  target: string,
  cancel: AbortSignal | undefined,
): Promise<DefinitionVersions> {
  let found = await definitionOf(objects, name, cancel);
  const known = readDefinition(found);
  if (!known.versions.some((each) => each.storage && each.name === target)) {
    const versions = versionsOf(found).map((each) => ({ ...each, storage: each['name'] === target }));
    const { resourceVersion } = found.metadata;
    const body = { metadata: { resourceVersion }, spec: { versions } };
    found = await objects.mergePatch({ ...definitions, name }, body, cancel);
  }
  await disown(objects, found, cancel);
  return known;
}

/** Whoever brought the definition brings its next one too, and would find the versions to be ours. */
async function disown(
  objects: Objects,
  { metadata: { name, resourceVersion, managedFields = [] } }: KubeObject,
  cancel: AbortSignal | undefined,
): Promise<void> {
  const others = managedFields.filter(
    ({ manager, operation, subresource = '' }) =>
      manager !== fieldManager || operation !== 'Update' || subresource !== '',
  );
  if (others.length === managedFields.length) return;
  const kept = others.length === 0 ? [{}] : others;
  await objects.mergePatch({ ...definitions, name }, { metadata: { resourceVersion, managedFields: kept } }, cancel);
}

async function rewriteOne(
  objects: Objects,
  object: ObjectReference,
  rewriting: Rewriting,
  cancel: AbortSignal | undefined,
): Promise<RewrittenObject> {
  try {
    const there = await touch(objects, object, rewriting, cancel);
    if (there) await prove(objects, object, cancel);
    return { object, outcome: there ? 'rewritten' : 'gone' };
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code === 'CANCELLED') throw error;
    return { object, outcome: 'failed', error };
  }
}

/** A change of nothing: the server writes an object that is stored in another version, and leaves alone one that is not. */
async function touch(
  objects: Objects,
  object: ObjectReference,
  rewriting: Rewriting,
  cancel: AbortSignal | undefined,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await objects.get(object, cancel);
    if (live === undefined) return false;
    const { resourceVersion, managedFields = [] } = live.metadata;
    const rewritten = rewriteManagedFields(managedFields, rewriting);
    // An empty list would be taken for one that says nothing of them (Server-Side Apply, "Clearing managedFields").
    const fields = rewritten === undefined ? {} : { managedFields: rewritten.length === 0 ? [{}] : rewritten };
    try {
      await objects.mergePatch(object, { metadata: { resourceVersion, ...fields } }, cancel);
      return true;
    } catch (error) {
      if (!isSealiftError(error, 'KUBERNETES_CONFLICT') || attempt >= attempts) throw error;
    }
  }
}

/**
 * Whether an apply of the object would pass: the server goes through all its field managers for it.
 *
 * @throws KUBERNETES_FIELDS_STALE, KUBERNETES_REFUSED, KUBERNETES_…
 */
export async function prove(objects: Objects, object: ObjectReference, cancel?: AbortSignal): Promise<void> {
  const { apiVersion, kind, namespace, name } = object;
  const body = { apiVersion, kind, metadata: { name, namespace, annotations: { 'sealift.dev/proof': 'true' } } };
  const answer = await objects.client.ask({
    method: 'PATCH',
    path: await objects.pathOf(object, cancel),
    query: { fieldManager: proofManager, dryRun: 'All' },
    body,
    contentType: 'application/apply-patch+yaml',
    idempotent: true,
    cancel,
  });
  const reason = messageOf(answer.body) ?? '';
  if (answer.status >= 400 && reason.includes('to an invalid group/version')) {
    throw new SealiftError('KUBERNETES_FIELDS_STALE', { values: { object: nameOf(object), reason } });
  }
  accepted(answer, 'prove', nameOf(object));
}

/** Nothing is stored in another version any more. */
async function settle(objects: Objects, name: string, target: string, cancel: AbortSignal | undefined): Promise<void> {
  const found = await definitionOf(objects, name, cancel);
  const { versions, storedVersions } = readDefinition(found);
  if (storedVersions.length === 1 && storedVersions[0] === target) return;
  if (!versions.some((each) => each.storage && each.name === target)) {
    throw new SealiftError('KUBERNETES_CONFLICT', { values: { object: nameOf({ ...definitions, name }) } });
  }
  const { resourceVersion } = found.metadata;
  const path = `${await objects.pathOf({ ...definitions, name }, cancel)}/status`;
  await objects.client.patch(path, { metadata: { resourceVersion }, status: { storedVersions: [target] } }, cancel);
}

async function definitionOf(objects: Objects, name: string, cancel: AbortSignal | undefined): Promise<KubeObject> {
  const found = await objects.get({ ...definitions, name }, cancel);
  if (found !== undefined) return found;
  throw new SealiftError('KUBERNETES_KIND_UNKNOWN', { values: { kind: name, apiVersion: definitions.apiVersion } });
}

function versionsOf({ spec }: KubeObject): readonly Readonly<Record<string, unknown>>[] {
  return (spec as { readonly versions: readonly Readonly<Record<string, unknown>>[] }).versions;
}
