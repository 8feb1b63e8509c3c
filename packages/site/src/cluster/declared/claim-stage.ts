import type { MigrateClaim } from '@sealift/core/release';
import type { Objects } from '@sealift/kubernetes/objects';
import { formText, hasForm } from '@sealift/upgrade/declared/claim-form';
import { type RefusedWork, refused } from '@sealift/upgrade/declared/refused';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { refuseIllegal } from './claim-legality.ts';
import { type Claim, podsUsing, readClaim, readVolume, type Volume, volumesMarked } from './claim-objects.ts';
import { claimMark, type Former, formerOf } from './former-claim.ts';

/** What the next thing to do is. Order matters: the volume is kept before the claim goes. */
export type Stage =
  | { readonly next: 'nothing'; readonly claim: Claim }
  | { readonly next: 'wait'; readonly what: string; readonly remedy: string | null }
  /** The volume is to outlive the claim, and to know what that was. */
  | { readonly next: 'keep'; readonly claim: Claim; readonly volume: Volume }
  | { readonly next: 'remove'; readonly claim: Claim }
  /** The volume is given the new form, and waits for a claim of the old name. */
  | { readonly next: 'prepare'; readonly volume: Volume; readonly former: Former }
  | { readonly next: 'make'; readonly volume: Volume; readonly former: Former }
  | { readonly next: 'settle'; readonly volume: Volume; readonly former: Former };

/** What is next, by what stands in the cluster alone. @throws DECLARED_STEP_REFUSED, KUBERNETES_… */
export async function stageOf(objects: Objects, work: MigrateClaim, cancel: Cancel): Promise<Stage> {
  const { namespace, name, from, to } = work;
  const of = `${namespace}/${name}`;
  const what = { what: `the migration of the claim ${of}`, kind: 'PersistentVolumeClaim', name: of };
  const claim = await readClaim(objects, namespace, name, cancel);
  const marked = await volumesMarked(objects, claimMark, `${namespace}/${name}`, cancel);
  if (marked.length > 1) {
    const names = marked.map(({ metadata }) => metadata.name).join(', ');
    throw refused(
      what,
      `the volumes ${names} say that they are its`,
      `Take the annotation ${claimMark} away from those that are not.`,
    );
  }
  const [volume] = marked;
  if (volume === undefined) {
    if (claim === undefined)
      throw refused(
        what,
        'it is not there',
        'See whether the site has it under another name, or leave out what it belongs to.',
      );
    return await beforeStage(objects, work, claim, what, cancel);
  }
  const former = formerOf(volume, what);
  if (volume.metadata.deletionTimestamp)
    throw refused(
      what,
      `its volume ${volume.metadata.name} is being deleted`,
      'Look who deleted it; restore what was in it from a backup.',
    );
  if (claim === undefined)
    return isPrepared(volume, work) ? { next: 'make', volume, former } : { next: 'prepare', volume, former };
  const isOf = (claim.spec.volumeName ?? '') === volume.metadata.name;
  if (claim.metadata.deletionTimestamp) {
    const used = await inUse(objects, work, cancel);
    if (used !== undefined) return used;
    return {
      next: 'wait',
      what: `the claim ${namespace}/${name} is being removed; its volume ${volume.metadata.name} stays`,
      remedy: null,
    };
  }
  if (isOf && hasForm(formOf(claim), to)) {
    if (claim.status?.phase === 'Bound' && volume.spec.claimRef?.uid === claim.metadata.uid)
      return { next: 'settle', volume, former };
    return {
      next: 'wait',
      what: `the claim ${namespace}/${name} is being bound to ${volume.metadata.name}`,
      remedy: null,
    };
  }
  // Cut between the two, or somebody has gone back on it by hand: from here it begins anew.
  if (isOf && hasForm(formOf(claim), from) && volume.spec.claimRef?.uid === claim.metadata.uid) {
    const used = await inUse(objects, work, cancel);
    if (used !== undefined) return used;
    return volume.spec.persistentVolumeReclaimPolicy === 'Retain'
      ? { next: 'remove', claim }
      : { next: 'keep', claim, volume };
  }
  const remedy = `Stop what makes it (scale its StatefulSet or Deployment to 0) and delete the claim, which is not what the release asks for; what was in the old one is kept on ${volume.metadata.name}.`;
  return { next: 'wait', what: `somebody made another claim ${namespace}/${name} meanwhile`, remedy };
}

/** Nothing was begun yet. */
async function beforeStage(
  objects: Objects,
  work: MigrateClaim,
  claim: Claim,
  what: RefusedWork,
  cancel: Cancel,
): Promise<Stage> {
  const { namespace, name, from, to } = work;
  const form = formOf(claim);
  if (hasForm(form, to)) return { next: 'nothing', claim };
  if (!hasForm(form, from)) {
    throw refused(
      what,
      `it is ${formText(form)}, and the release knows it as ${formText(from)}`,
      'Ask the vendor of the release; what the claim is was changed at this site.',
    );
  }
  const volumeName = claim.spec.volumeName ?? '';
  const volume = volumeName === '' ? undefined : await readVolume(objects, volumeName, cancel);
  if (volume === undefined || claim.status?.phase !== 'Bound' || volume.spec.claimRef?.uid !== claim.metadata.uid) {
    return {
      next: 'wait',
      what: `the claim ${namespace}/${name} is not bound to a volume`,
      remedy: 'See kubectl describe pvc why.',
    };
  }
  if (claim.metadata.deletionTimestamp)
    throw refused(what, 'somebody has deleted it', 'Keep what is in it first; then restore it.');
  await refuseIllegal(objects, work, { what, volume }, cancel);
  const used = await inUse(objects, work, cancel);
  if (used !== undefined) return used;
  return { next: 'keep', claim, volume };
}

/** Undefined where no pod uses the claim. */
async function inUse(objects: Objects, { namespace, name }: MigrateClaim, cancel: Cancel): Promise<Stage | undefined> {
  const pods = (await podsUsing(objects, namespace, name, cancel)).map(({ metadata }) => metadata.name);
  if (pods.length === 0) return undefined;
  const shown = pods.slice(0, 5).join(', ');
  return {
    next: 'wait',
    what: `the claim ${namespace}/${name} is used by ${shown}${pods.length > 5 ? ` and ${pods.length - 5} more` : ''}`,
    remedy: 'Scale what these pods belong to down to 0 for as long as this takes; what is in the volume stays.',
  };
}

function isPrepared({ spec }: Volume, work: MigrateClaim): boolean {
  const { uid, namespace, name } = spec.claimRef ?? {};
  const isFree = (uid ?? '') === '' && namespace === work.namespace && name === work.name;
  return isFree && hasForm({ accessModes: spec.accessModes ?? [], storageClass: spec.storageClassName ?? '' }, work.to);
}

function formOf({ spec }: Claim) {
  return { accessModes: spec.accessModes ?? [], storageClass: spec.storageClassName ?? undefined };
}
