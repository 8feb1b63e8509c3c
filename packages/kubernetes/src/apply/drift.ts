import { SealiftError } from '@sealift/core/errors';
import { fieldManager } from '../connection/client.ts';
import { type KubeObject, type ObjectReference, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { appliedOf, send } from './apply.ts';
import { differences, type FieldDifference } from './difference.ts';
import { type FieldOwner, FieldOwners } from './field-owners.ts';
import { prepare } from './prepare.ts';

/** A field that an apply would set back, and who set it meanwhile. */
export interface DriftedField extends FieldDifference {
  /** Others than the manager that applied it; none where nobody says so. */
  readonly owners: readonly FieldOwner[];
}

/** How an object stands to what was last applied of it. */
export type Drift =
  | { readonly object: ObjectReference; readonly state: 'same' }
  | { readonly object: ObjectReference; readonly state: 'missing' }
  | { readonly object: ObjectReference; readonly state: 'drifted'; readonly fields: readonly DriftedField[] }
  /** Its kind is not served, or the server refuses what it once took. */
  | { readonly object: ObjectReference; readonly state: 'unknown'; readonly reason: SealiftError };

export interface DriftOptions {
  /** For objects that name none. */
  readonly namespace?: string | undefined;
  /** Under which they were applied, where that was not us. Its objects may have fields that the server does not know. */
  readonly manager?: string | undefined;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * What differs on the cluster from what was last applied, object by object: the live object is compared with what it would be after a
 * dry run of the same apply. Nothing is changed. A difference that the server makes by itself (a default) is none, as both have it.
 *
 * Given what will be applied next, it tells what that would change, and whose fields those are.
 *
 * @param applied what was last applied, as it was sent
 * @returns one entry an object, in the order given
 * @throws KUBERNETES_API_INCOMPLETE, KUBERNETES_UNREACHABLE, KUBERNETES_UNAVAILABLE, CANCELLED: then nothing can be said of any
 */
export async function drift(
  objects: Objects,
  applied: readonly KubeObject[],
  { namespace, manager = fieldManager, cancel }: DriftOptions = {},
): Promise<readonly Drift[]> {
  const found: Drift[] = [];
  for (const object of applied) {
    try {
      const resource = await objects.resourceOf(object, cancel);
      found.push(await driftOf(objects, prepare(object, resource, namespace), manager, cancel));
    } catch (error) {
      if (!(error instanceof SealiftError) || !ofObject.has(error.code)) throw error;
      found.push({ object: referenceOf(object), state: 'unknown', reason: error });
    }
  }
  return found;
}

const ofObject: ReadonlySet<string> = new Set([
  'KUBERNETES_KIND_UNKNOWN',
  'KUBERNETES_OBJECT_INVALID',
  'KUBERNETES_REFUSED',
  'KUBERNETES_CONFLICT',
  'KUBERNETES_FIELDS_STALE',
]);

async function driftOf(
  objects: Objects,
  wanted: KubeObject,
  manager: string,
  cancel: AbortSignal | undefined,
): Promise<Drift> {
  const object = referenceOf(wanted);
  const live = await objects.get(object, cancel);
  if (live === undefined) return { object, state: 'missing' };
  // Pinned, so that both are forms of the very same object. Forced, as nothing is stored: it shows also what others own.
  const { resourceVersion } = live.metadata;
  const pinned = { ...wanted, metadata: { ...wanted.metadata, resourceVersion } };
  const lenient = manager === fieldManager ? {} : { fieldValidation: 'Ignore' };
  const as = { force: 'true', fieldManager: manager, ...lenient };
  const answer = await send(objects, pinned, { dryRun: true, laterDelaysMs: [], cancel }, as);
  const { object: would } = appliedOf(answer, wanted);
  const known = new FieldOwners(live);
  const fields = differences(live, would).map((each) => ({
    ...each,
    owners: known.of(each.field).filter((owner) => owner.manager !== manager),
  }));
  return fields.length === 0 ? { object, state: 'same' } : { object, state: 'drifted', fields };
}
