import { isSealiftError } from '@sealift/core/errors';
import { inApplyOrder, isDefinition } from '../apply/order.ts';
import { refuseUnanswered, type ServedApi } from '../objects/discovery.ts';
import {
  apiVersionOf,
  identityOfReference,
  type KubeObject,
  type ObjectReference,
  referenceOf,
} from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { type GroupKind, groupKindOf, groupKindsText, memberLabel, parseGroupKinds } from './apply-set.ts';
import { hasInstances } from './instances.ts';

/** Which objects a set has now, had, and may have left behind. */
export interface PruneRequest {
  /** Of the set. */
  readonly id: string;
  readonly wanted: readonly ObjectReference[];
  /** Every object that a journalled set named since the last pruning that was completed: nothing else is ever deleted. */
  readonly recorded: readonly ObjectReference[];
  /** What other sets want: an object that has moved there is left for them to take. */
  readonly elsewhere?: readonly ObjectReference[] | undefined;
  /** Where to look, besides the kinds of the two lists. */
  readonly kinds: readonly GroupKind[];
}

/**
 * Why an object with the set's id is left alone: it has another controller, which copied its own labels to it; no journal names it; another set
 * wants it; it is a namespace or holds data; it is a definition and its instances would go with it.
 */
export type KeptBecause = 'controlled' | 'unrecorded' | 'elsewhere' | 'protected' | 'has-instances';

export interface KeptObject {
  readonly object: ObjectReference;
  readonly because: KeptBecause;
}

export interface PrunePlan {
  /** In the order in which they are deleted: what was applied last goes first. */
  readonly remove: readonly (ObjectReference & { readonly uid: string })[];
  readonly keep: readonly KeptObject[];
}

/** Deleting one of these deletes what no apply brings back. */
const protectedKinds: ReadonlySet<string> = new Set(['Namespace', 'PersistentVolumeClaim', 'PersistentVolume']);

/**
 * Which objects of a set are not wanted any more, and which of them may go. Reads only.
 *
 * @throws KUBERNETES_API_INCOMPLETE where any part of the API does not answer: what it serves looks absent
 * @throws KUBERNETES_… where a kind can't be listed; then nothing may be pruned
 */
export async function planPrune(objects: Objects, request: PruneRequest, cancel?: AbortSignal): Promise<PrunePlan> {
  const served = await objects.discovery.read(cancel);
  refuseUnanswered(served, () => true);
  const known = knownOf(request);
  const wanted = new Set(request.wanted.map(identityOfReference));
  const remove: KubeObject[] = [];
  const keep: KeptObject[] = [];
  for (const kind of servedKinds(served, request)) {
    for (const object of await objects.list({ ...kind, labelSelector: `${memberLabel}=${request.id}` }, cancel)) {
      if (wanted.has(identityOfReference(referenceOf(object)))) continue;
      const because = await keptBecause(objects, object, known, cancel);
      if (because === undefined) remove.push(object);
      else keep.push({ object: referenceOf(object), because });
    }
  }
  const ordered = inApplyOrder(remove).toReversed();
  return { remove: ordered.map((object) => ({ ...referenceOf(object), uid: object.metadata.uid ?? '' })), keep };
}

/** One version of every kind that the set may have members of; of a kind that is not served any more there are none. */
function servedKinds({ resources }: ServedApi, { kinds, wanted, recorded }: PruneRequest) {
  const all = parseGroupKinds(groupKindsText([...kinds, ...[...wanted, ...recorded].map(groupKindOf)]));
  return all.flatMap(({ group, kind }) => {
    const found = resources.find((at) => at.group === group && at.kind === kind && at.verbs.includes('list'));
    return found === undefined ? [] : [{ apiVersion: apiVersionOf(found), kind }];
  });
}

/** A request, to be looked up in. */
interface Known {
  readonly id: string;
  readonly recorded: ReadonlySet<string>;
  readonly elsewhere: ReadonlySet<string>;
}

function knownOf({ id, recorded, elsewhere = [] }: PruneRequest): Known {
  return {
    id,
    recorded: new Set(recorded.map(identityOfReference)),
    elsewhere: new Set(elsewhere.map(identityOfReference)),
  };
}

async function keptBecause(
  objects: Objects,
  object: KubeObject,
  { id, recorded, elsewhere }: Known,
  cancel: AbortSignal | undefined,
): Promise<KeptBecause | undefined> {
  const { labels, ownerReferences = [] } = object.metadata;
  const identity = identityOfReference(referenceOf(object));
  if (ownerReferences.some(({ controller }) => controller === true)) return 'controlled';
  if (!recorded.has(identity) || labels?.[memberLabel] !== id) return 'unrecorded';
  if (elsewhere.has(identity)) return 'elsewhere';
  if (protectedKinds.has(object.kind)) return 'protected';
  return isDefinition(object) && (await hasInstances(objects, object, cancel)) ? 'has-instances' : undefined;
}

/** What became of an object that was to go. */
export interface PrunedObject {
  readonly object: ObjectReference;
  /** `removed`: it is gone, or its deletion waits for its finalizers. `kept`: it has changed since the plan and may not go. */
  readonly outcome: 'removed' | 'kept';
  readonly because?: KeptBecause | 'replaced';
}

/** Somebody's status changes an object now and then; one that never stands still is given up on. */
const attempts = 10;

/**
 * Deletes what a plan names. Each object is looked at once more and deleted only as it was seen.
 *
 * @throws KUBERNETES_CONFLICT for an object that changes all the time; KUBERNETES_…
 */
export async function prune(
  objects: Objects,
  plan: PrunePlan,
  request: PruneRequest,
  cancel?: AbortSignal,
): Promise<readonly PrunedObject[]> {
  const known = knownOf(request);
  const done: PrunedObject[] = [];
  for (const { uid, ...object } of plan.remove) {
    done.push({ object, ...(await pruneOne(objects, object, uid, known, cancel)) });
  }
  return done;
}

async function pruneOne(
  objects: Objects,
  object: ObjectReference,
  uid: string,
  known: Known,
  cancel: AbortSignal | undefined,
): Promise<Omit<PrunedObject, 'object'>> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await objects.get(object, cancel);
    if (live === undefined) return { outcome: 'removed' };
    if (live.metadata.uid !== uid) return { outcome: 'kept', because: 'replaced' };
    const because = await keptBecause(objects, live, known, cancel);
    if (because !== undefined) return { outcome: 'kept', because };
    if (typeof live.metadata.deletionTimestamp === 'string') return { outcome: 'removed' };
    try {
      const { resourceVersion } = live.metadata;
      await objects.delete(object, { uid, resourceVersion, propagation: 'Background' }, cancel);
      return { outcome: 'removed' };
    } catch (error) {
      if (!isSealiftError(error, 'KUBERNETES_CONFLICT') || attempt >= attempts) throw error;
    }
  }
}
