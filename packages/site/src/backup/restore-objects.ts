import { SealiftError } from '@sealift/core/errors';
import { clusterNameLabel } from '@sealift/kubernetes/cluster-api-names';
import { groupVersionOf, type KubeObject, nameOf, type ObjectMeta, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { isClusterApi } from './cluster-api-objects.ts';
import { isCluster, makesMachines, NewOwners, type RestorePlan, restoringAnnotation } from './restore-plan.ts';

/** On a Cluster that a restore has paused, until that lets it go: it was not paused before. */
export const pausedByRestore = 'sealift.dev/paused-by-restore';

/** What a restore of objects did. */
export interface RestoredObjects {
  readonly made: readonly string[];
  /** What is there already and was left as it is. */
  readonly kept: number;
  /** Owners that are not there, each with the object that they were taken off. */
  readonly lostOwners: readonly string[];
}

/**
 * Makes the objects of a plan that are not there, with their owners as they are now and their status as it was. Clusters are paused before any of
 * their objects appears, and stay so. May be cut off anywhere and begun again.
 *
 * @throws RESTORE_NOT_PAUSED, KUBERNETES_…
 */
export async function restoreObjects(
  objects: Objects,
  { objects: planned }: RestorePlan,
  backupId: string,
  cancel: AbortSignal,
): Promise<RestoredObjects> {
  const owners = new NewOwners(objects);
  const made: string[] = [];
  const lostOwners: string[] = [];
  const todo = planned.filter(({ action }) => action === 'make' || action === 'finish');
  await pauseExisting(
    objects,
    planned,
    todo.map(({ object }) => object),
    cancel,
  );
  for (const { object } of todo) {
    cancel.throwIfAborted();
    await refuseUnpaused(objects, object, cancel);
    const name = nameOf(referenceOf(object));
    const { owners: now, lost } = await owners.of(object, cancel);
    lostOwners.push(...lost.map((owner) => `${name}: ${owner}`));
    if (
      !(await objects.create(asNew(object, now, backupId), cancel)) &&
      !(await isBegun(objects, object, backupId, cancel))
    ) {
      // Somebody else made it since the cluster was looked at.
      continue;
    }
    owners.note(await finish(objects, object, cancel));
    made.push(name);
  }
  return { made, kept: planned.length - made.length, lostOwners };
}

async function isBegun(objects: Objects, object: KubeObject, backupId: string, cancel: AbortSignal): Promise<boolean> {
  const live = await objects.get(referenceOf(object), cancel);
  return live?.metadata.annotations?.[restoringAnnotation] === backupId;
}

/** Status, then the mark goes: as long as it is there, the object is not whole. */
async function finish(objects: Objects, object: KubeObject, cancel: AbortSignal): Promise<KubeObject> {
  const reference = referenceOf(object);
  const { status } = object;
  if (typeof status === 'object' && status !== null && groupVersionOf(object.apiVersion).group !== '') {
    await objects.setStatus(reference, status, cancel);
  }
  return await objects.mergePatch(reference, { metadata: { annotations: { [restoringAnnotation]: null } } }, cancel);
}

function asNew(
  { metadata, ...object }: KubeObject,
  owners: ObjectMeta['ownerReferences'],
  backupId: string,
): KubeObject {
  const { name, namespace, labels, annotations = {}, finalizers } = metadata;
  const spec = isCluster(object) ? { spec: { ...(object['spec'] as object | undefined), paused: true } } : {};
  const wasPaused = (object['spec'] as { paused?: unknown } | undefined)?.paused === true;
  const paused = isCluster(object) && !wasPaused ? { [pausedByRestore]: backupId } : {};
  const content = { ...object } as Pick<KubeObject, 'apiVersion' | 'kind'>;
  return {
    ...content,
    ...spec,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(owners === undefined || owners.length === 0 ? {} : { ownerReferences: owners }),
      annotations: { ...annotations, ...paused, [restoringAnnotation]: backupId },
    },
  };
}

/** Clusters that are there already, where anything of theirs is to be made. */
async function pauseExisting(
  objects: Objects,
  planned: RestorePlan['objects'],
  todo: readonly KubeObject[],
  cancel: AbortSignal,
): Promise<void> {
  if (!todo.some(({ apiVersion }) => isClusterApi(groupVersionOf(apiVersion).group))) return;
  for (const { object, action } of planned) {
    if (!isCluster(object) || action === 'make') continue;
    const live = await objects.get(referenceOf(object), cancel);
    if (live === undefined || isPaused(live)) continue;
    const annotations = { [pausedByRestore]: 'yes' };
    await objects.mergePatch(referenceOf(object), { metadata: { annotations }, spec: { paused: true } }, cancel);
  }
}

/** Somebody may have let a Cluster go meanwhile: its controllers would act on half of its objects. */
async function refuseUnpaused(objects: Objects, object: KubeObject, cancel: AbortSignal): Promise<void> {
  const name = object.metadata.labels?.[clusterNameLabel];
  if (name === undefined || !makesMachines(object)) return;
  const kind = 'Cluster';
  const apiVersion = (await objects.discovery.versions('cluster.x-k8s.io', cancel))[0] ?? 'v1beta1';
  const { namespace } = object.metadata;
  const of = { apiVersion: `cluster.x-k8s.io/${apiVersion}`, kind, name, namespace };
  const cluster = await objects.get(of, cancel);
  if (cluster !== undefined && isPaused(cluster)) return;
  throw new SealiftError('RESTORE_NOT_PAUSED', {
    values: { cluster: nameOf(of), object: nameOf(referenceOf(object)) },
  });
}

export function isPaused(cluster: KubeObject): boolean {
  return (cluster['spec'] as { paused?: unknown } | undefined)?.paused === true;
}
