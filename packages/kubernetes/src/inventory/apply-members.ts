import { SealiftError } from '@sealift/core/errors';
import { type ApplyAllOptions, applyAll } from '../apply/apply-all.ts';
import { identityOfReference, type KubeObject, type ObjectReference } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { applySetId, asMember, groupKindOf, type SetParent } from './apply-set.ts';
import { type KeptObject, planPrune, prune, type PrunedObject } from './prune.ts';
import { parentName, readExtent, rewriteExtent } from './set-parent.ts';

/** A set as it shall be. */
export interface WantedSet {
  readonly parent: SetParent;
  readonly objects: readonly KubeObject[];
  /** As `PruneRequest.recorded`: write the objects of this set to the journal before it is applied, and keep the older ones till it is done. */
  readonly recorded: readonly ObjectReference[];
  /** As `PruneRequest.elsewhere`; asked only where something may go. */
  readonly elsewhere?: (() => Promise<readonly ObjectReference[]>) | undefined;
  /** That no object at all is what the release means. */
  readonly mayBeEmpty?: boolean | undefined;
}

/** What became of a set. */
export interface AppliedSet {
  readonly applied: readonly ObjectReference[];
  readonly pruned: readonly PrunedObject[];
  /** Objects with the set's id that were left alone, and why; nobody looks for them where all that is recorded is wanted. */
  readonly kept: readonly KeptObject[];
}

/**
 * Makes the objects of a set so and deletes what was in it and is not any more (KEP-3659). The parent lists the kinds of the old and the new set
 * before anything is applied, and those that are left after pruning: a run that is cut off at any point leaves nothing that the next
 * one does not find.
 *
 * @throws KUBERNETES_SET_EMPTY, KUBERNETES_SET_FOREIGN before anything is changed; as `applyAll`, `planPrune` and `prune`
 */
export async function applyMembers(
  objects: Objects,
  wanted: WantedSet,
  options: ApplyAllOptions = {},
): Promise<AppliedSet> {
  const { parent, recorded, elsewhere } = wanted;
  const { cancel, namespace } = options;
  if (wanted.objects.length === 0 && wanted.mayBeEmpty !== true) {
    throw new SealiftError('KUBERNETES_SET_EMPTY', { values: { parent: parentName(parent) } });
  }
  const id = applySetId(parent);
  const old = await readExtent(objects, parent, cancel);
  const kinds = wanted.objects.map(groupKindOf);
  const namespaces = wanted.objects.flatMap(({ metadata }) => metadata.namespace ?? namespace ?? []);
  const union = { kinds: [...old.kinds, ...kinds], namespaces: [...old.namespaces, ...namespaces] };
  await rewriteExtent(objects, parent, { from: old, to: union }, cancel);
  const members = wanted.objects.map((object) => asMember(object, id));
  const applied = await applyAll(objects, members, options);
  if (!isAnyUnwanted(recorded, applied)) return { applied, pruned: [], kept: [] };
  const request = { id, wanted: applied, recorded, elsewhere: await elsewhere?.(), kinds: old.kinds };
  const plan = await planPrune(objects, request, cancel);
  const pruned = await prune(objects, plan, request, cancel);
  const left = [...plan.keep, ...pruned.filter(({ outcome }) => outcome === 'kept')].map(({ object }) => object);
  const narrowed = {
    kinds: [...kinds, ...left.map(groupKindOf)],
    namespaces: [...namespaces, ...left.flatMap((object) => object.namespace ?? [])],
  };
  await rewriteExtent(objects, parent, { from: union, to: narrowed }, cancel);
  return { applied, pruned, kept: plan.keep };
}

/** Whether there is anything that pruning may delete: it deletes nothing that is not recorded. */
function isAnyUnwanted(recorded: readonly ObjectReference[], wanted: readonly ObjectReference[]): boolean {
  const kept = new Set(wanted.map(identityOfReference));
  return recorded.some((one) => !kept.has(identityOfReference(one)));
}

/** What a set's journal names from now on: its own objects and those it had, each once. */
export function recordedWith(
  recorded: readonly ObjectReference[],
  added: readonly ObjectReference[],
): readonly ObjectReference[] {
  return [...new Map([...recorded, ...added].map((each) => [identityOfReference(each), each])).values()];
}
