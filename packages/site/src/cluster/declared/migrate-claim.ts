import { isSealiftError } from '@sealift/core/errors';
import type { MigrateClaim } from '@sealift/core/release';
import { waitingFor } from '@sealift/core/upgrade';
import type { Objects } from '@sealift/kubernetes/objects';
import { formText } from '@sealift/upgrade/declared/claim-form';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { Standing } from '@sealift/upgrade/ports/declared';
import { type Claim, claimOf, type Volume, volumeOf } from './claim-objects.ts';
import { type Stage, stageOf } from './claim-stage.ts';
import { claimMark, describeFormer, type Former, formerMark } from './former-claim.ts';

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
  const former = marks[formerMark] ?? JSON.stringify(describeFormer(claim, volume));
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

/** Of the claim that is made. */
function classOf({ to }: MigrateClaim, former: Former): string | null {
  return to.storageClass ?? former.storageClass;
}
