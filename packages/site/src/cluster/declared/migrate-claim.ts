import type { MigrateClaim } from '@sealift/core/release';
import { waitingFor } from '@sealift/core/upgrade';
import { isSealiftError } from '@sealift/core/errors';
import type { Objects } from '@sealift/kubernetes/objects';
import { formText, hasForm } from '@sealift/upgrade/declared/claim-form';
import { refused } from '@sealift/upgrade/declared/refused';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { Standing } from '@sealift/upgrade/ports/declared';
import { z } from 'zod';
import {
  type Claim,
  claimOf,
  podsUsing,
  readClaim,
  readVolume,
  type Volume,
  volumeOf,
  volumesMarked,
} from './claim-objects.ts';
import { refuseIllegal } from './claim-legality.ts';

/** On the volume while its claim is made anew: whose it is, and what the claim was. Whoever goes on after a cut reads it there. */
const claimMark = 'sealift.dev/migrated-claim';
const formerMark = 'sealift.dev/former-claim';

const formerSchema = z.strictObject({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  ownerReferences: z.array(z.looseObject({})),
  volumeMode: z.string().nullable(),
  resources: z.looseObject({}),
  storageClass: z.string().nullable(),
  reclaimPolicy: z.string(),
});
type Former = z.infer<typeof formerSchema>;

/** What the next thing to do is. Order matters: the volume is kept before the claim goes. */
type Stage =
  | { readonly next: 'nothing'; readonly claim: Claim }
  | { readonly next: 'wait'; readonly what: string; readonly remedy: string | null }
  /** The volume is to outlive the claim, and to know what that was. */
  | { readonly next: 'keep'; readonly claim: Claim; readonly volume: Volume }
  | { readonly next: 'remove'; readonly claim: Claim }
  /** The volume is given the new form, and waits for a claim of the old name. */
  | { readonly next: 'prepare'; readonly volume: Volume; readonly former: Former }
  | { readonly next: 'make'; readonly volume: Volume; readonly former: Former }
  | { readonly next: 'settle'; readonly volume: Volume; readonly former: Former };

/**
 * How far the claim is. It goes on by what stands in the cluster alone, so it can be cut anywhere.
 *
 * @throws DECLARED_STEP_REFUSED, KUBERNETES_…
 */
export async function claimStanding(objects: Objects, work: MigrateClaim, cancel: Cancel): Promise<Standing> {
  const stage = await stageOf(objects, work, cancel);
  const claim = `${work.namespace}/${work.name}`;
  const wanted = formText(work.to);
  if (stage.next === 'nothing') {
    const volume = stage.claim.spec.volumeName ?? '';
    return {
      state: 'done',
      message: `The claim ${claim} is ${wanted}, on the volume ${volume}`,
      evidence: { claim, volume, form: wanted },
    };
  }
  if (stage.next !== 'wait') return { state: 'act', message: `Making the claim ${claim} anew as ${wanted}` };
  const { what, remedy } = stage;
  const object = { kind: 'PersistentVolumeClaim', name: claim };
  return { state: 'wait', wait: waitingFor(what, { level: remedy === null ? 'moving' : 'blocked', object, remedy }) };
}

/** Goes on until there is something to wait for. @throws DECLARED_STEP_REFUSED, KUBERNETES_… */
export async function migrateClaim(objects: Objects, work: MigrateClaim, cancel: Cancel): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const stage = await stageOf(objects, work, cancel);
    if (stage.next === 'nothing' || stage.next === 'wait') return;
    try {
      await doNext(objects, work, stage, cancel);
    } catch (error) {
      // Controllers write to both as well: it is looked at anew.
      if (!isSealiftError(error, 'KUBERNETES_CONFLICT') || tries >= mostTries) throw error;
    }
    if (tries >= mostTries) return;
  }
}

/** There are five stages; more are looks at what changed meanwhile. */
const mostTries = 15;

async function stageOf(objects: Objects, work: MigrateClaim, cancel: Cancel): Promise<Stage> {
  const { namespace, name, from, to } = work;
  const what = `the migration of the claim ${namespace}/${name}`;
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
    const users = await podsUsing(objects, namespace, name, cancel);
    if (users.length > 0)
      return inUse(
        work,
        users.map(({ metadata }) => metadata.name),
      );
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
    const users = await podsUsing(objects, namespace, name, cancel);
    if (users.length > 0)
      return inUse(
        work,
        users.map(({ metadata }) => metadata.name),
      );
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
  what: string,
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
  const users = await podsUsing(objects, namespace, name, cancel);
  if (users.length > 0)
    return inUse(
      work,
      users.map(({ metadata }) => metadata.name),
    );
  return { next: 'keep', claim, volume };
}

function inUse({ namespace, name }: MigrateClaim, pods: readonly string[]): Stage {
  const shown = pods.slice(0, 5).join(', ');
  return {
    next: 'wait',
    what: `the claim ${namespace}/${name} is used by ${shown}${pods.length > 5 ? ` and ${pods.length - 5} more` : ''}`,
    remedy: 'Scale what these pods belong to down to 0 for as long as this takes; what is in the volume stays.',
  };
}

async function doNext(
  objects: Objects,
  work: MigrateClaim,
  stage: Exclude<Stage, { readonly next: 'nothing' | 'wait' }>,
  cancel: Cancel,
): Promise<void> {
  const { namespace, name } = work;
  switch (stage.next) {
    case 'keep':
      return await keep(objects, work, stage, cancel);
    case 'remove':
      // Its form cannot change, and pods that come meanwhile keep it until they are gone (Kubernetes, "Storage Object in Use Protection").
      await objects.delete(claimOf(namespace, name), { uid: stage.claim.metadata.uid }, cancel);
      return;
    case 'prepare':
      return await prepare(objects, work, stage, cancel);
    case 'make':
      return await make(objects, work, stage, cancel);
    case 'settle': {
      const { name: volume, resourceVersion } = stage.volume.metadata;
      const metadata = { resourceVersion, annotations: { [claimMark]: null, [formerMark]: null } };
      const spec = { persistentVolumeReclaimPolicy: stage.former.reclaimPolicy };
      await objects.mergePatch(volumeOf(volume), { metadata, spec }, cancel);
    }
  }
}

async function keep(
  objects: Objects,
  { namespace, name }: MigrateClaim,
  { claim, volume }: { readonly claim: Claim; readonly volume: Volume },
  cancel: Cancel,
): Promise<void> {
  const marks = volume.metadata.annotations ?? {};
  const former = marks[formerMark] ?? JSON.stringify(describe(claim, volume));
  const { name: of, resourceVersion } = volume.metadata;
  const metadata = { resourceVersion, annotations: { [claimMark]: `${namespace}/${name}`, [formerMark]: former } };
  await objects.mergePatch(volumeOf(of), { metadata, spec: { persistentVolumeReclaimPolicy: 'Retain' } }, cancel);
}

async function prepare(
  objects: Objects,
  work: MigrateClaim,
  { volume, former }: { readonly volume: Volume; readonly former: Former },
  cancel: Cancel,
): Promise<void> {
  const { name, resourceVersion } = volume.metadata;
  const spec = {
    accessModes: work.to.accessModes,
    storageClassName: classOf(work, former) ?? '',
    // By its name alone: the claim that is made next, and no other.
    claimRef: { ...claimOf(work.namespace, work.name), uid: null, resourceVersion: null },
  };
  await objects.mergePatch(volumeOf(name), { metadata: { resourceVersion }, spec }, cancel);
}

async function make(
  objects: Objects,
  work: MigrateClaim,
  { volume, former }: { readonly volume: Volume; readonly former: Former },
  cancel: Cancel,
): Promise<void> {
  const { namespace, name, to } = work;
  const { labels, annotations, ownerReferences, volumeMode, resources } = former;
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      namespace,
      name,
      labels,
      annotations,
      ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
    } as never,
    spec: {
      accessModes: to.accessModes,
      storageClassName: classOf(work, former) ?? '',
      ...(volumeMode === null ? {} : { volumeMode }),
      resources,
      volumeName: volume.metadata.name,
    },
  };
  // Where one of its name is there meanwhile, the next look says so.
  await objects.create(claim, cancel);
}

function isPrepared({ spec }: Volume, work: MigrateClaim): boolean {
  const { uid, namespace, name } = spec.claimRef ?? {};
  const isFree = (uid ?? '') === '' && namespace === work.namespace && name === work.name;
  return isFree && hasForm({ accessModes: spec.accessModes ?? [], storageClass: spec.storageClassName ?? '' }, work.to);
}

/** Of the claim that is made. */
function classOf({ to }: MigrateClaim, former: Former): string | null {
  return to.storageClass ?? former.storageClass;
}

/** What Kubernetes itself wrote on the claim is of its old volume and is left out. */
function describe({ metadata, spec }: Claim, volume: Volume): Former {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([name]) => !/^(?:pv|volume|volume\.beta)\.kubernetes\.io\//.test(name),
  );
  return {
    labels: metadata.labels ?? {},
    annotations: Object.fromEntries(annotations),
    ownerReferences: metadata.ownerReferences ?? [],
    volumeMode: spec.volumeMode ?? null,
    resources: spec.resources ?? {},
    storageClass: spec.storageClassName ?? null,
    reclaimPolicy: volume.spec.persistentVolumeReclaimPolicy ?? 'Retain',
  };
}

function formerOf({ metadata }: Volume, what: string): Former {
  const text = metadata.annotations?.[formerMark] ?? '';
  try {
    return formerSchema.parse(JSON.parse(text));
  } catch {
    const remedy = `The volume ${metadata.name} has what was in it. Make a claim for it by hand, then take the annotation ${claimMark} away from the volume.`;
    throw refused(
      what,
      `what its claim was is not readable in the annotation ${formerMark} of the volume ${metadata.name}`,
      remedy,
    );
  }
}

function formOf({ spec }: Claim) {
  return { accessModes: spec.accessModes ?? [], storageClass: spec.storageClassName ?? undefined };
}
