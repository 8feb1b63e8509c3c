import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import { apply } from '@sealift/kubernetes/apply';
import { applyMembers, recordedWith } from '@sealift/kubernetes/apply-members';
import { applySetId, asMember } from '@sealift/kubernetes/apply-set';
import { placed } from '@sealift/kubernetes/helm-placed';
import { groupVersionOf, type KubeObject, type ObjectReference, referenceOf } from '@sealift/kubernetes/object';
import type { LayerPlace } from '@sealift/upgrade/ports/cluster';
import { type LayerRecord, maxMembers, parentOf, type StoredRecord } from './layer-record.ts';
import type { LayerTools } from './layer-tools.ts';
import type { LayerContent } from './pack-content.ts';
import { refuseShrinking } from './shrinking.ts';

/** The objects of a layer's manifests, each in its namespace, as they are to be. */
export interface PlannedManifests {
  readonly objects: readonly KubeObject[];
  readonly members: LayerRecord['members'];
}

/**
 * Looks at what a layer's manifests would meet in the cluster. Nothing is changed.
 *
 * @throws LAYER_EMPTY, LAYER_SHRUNK, LAYER_INVALID, KUBERNETES_FIELD_CONFLICT and what else the server would refuse; KUBERNETES_…
 */
export async function planManifests(
  place: LayerPlace,
  before: LayerRecord['members'],
  content: LayerContent,
  tools: LayerTools,
): Promise<PlannedManifests> {
  const planned = await placeManifests(place, before, content, tools);
  for (const object of planned.objects) await tryObject(place, object, tools);
  return planned;
}

/** As `planManifests`, but for what the server says of each object. @throws LAYER_EMPTY, LAYER_SHRUNK, LAYER_INVALID, KUBERNETES_… */
export async function placeManifests(
  place: LayerPlace,
  before: LayerRecord['members'],
  content: LayerContent,
  { objects, cancel }: LayerTools,
): Promise<PlannedManifests> {
  const wanted = await placed(objects, content.manifests, content.namespace, cancel);
  const members = wanted.map((object) => memberOf(referenceOf(object)));
  const name = `${place.layer}/${place.pack}`;
  if (members.length > maxMembers) {
    const reason = `its manifests have more than ${maxMembers} objects`;
    throw new SealiftError('LAYER_INVALID', { values: { layer: name, reason } });
  }
  const isAll = content.hasManifests && content.charts.length === 0;
  if (before.length > 0 || isAll) refuseShrinking(`the manifests of ${name}`, before, members, content.mayShrink);
  return { objects: wanted, members };
}

/**
 * The server is asked what it would say of an object of a layer's manifests; what it can't know yet is left to when it is done.
 *
 * @throws KUBERNETES_FIELD_CONFLICT, KUBERNETES_REFUSED, CANCELLED
 */
export async function tryObject(
  place: LayerPlace,
  object: KubeObject,
  { objects, cancel }: Pick<LayerTools, 'objects' | 'cancel'>,
): Promise<void> {
  if ((await objects.discovery.resource(object, cancel)) === undefined) return;
  try {
    await apply(objects, memberObject(place, object), { dryRun: true, laterDelaysMs: [], cancel });
  } catch (error) {
    if (isSealiftError(error, 'KUBERNETES_FIELD_CONFLICT') || isSealiftError(error, 'CANCELLED')) throw error;
    // A custom resource may need the definition that comes with it; a webhook may be away, or know no dry run.
    const isTold = isSealiftError(error, 'KUBERNETES_REFUSED') && !/dry.?run/i.test(error.message);
    if (isTold && isBuiltIn(object) && (await hasHome(object, { objects, cancel }))) throw error;
    if (!isSealiftError(error)) throw error;
  }
}

/** Whether its namespace is there; one that is missing is made before the object is applied. */
async function hasHome(
  { metadata: { namespace } }: KubeObject,
  { objects, cancel }: Pick<LayerTools, 'objects' | 'cancel'>,
): Promise<boolean> {
  if (namespace === undefined) return true;
  return (await objects.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, cancel)) !== undefined;
}

/** An object of a layer's manifests as it is sent: marked as a member of the layer's set. */
export function memberObject(place: LayerPlace, object: KubeObject): KubeObject {
  return asMember(object, applySetId(parentOf(place)));
}

/** Of Kubernetes itself, whose kinds no pack redefines. */
function isBuiltIn({ apiVersion }: KubeObject): boolean {
  const { group } = groupVersionOf(apiVersion);
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/**
 * Makes the objects so and removes what the layer's manifests brought before and do not have any more.
 *
 * @param stored names all of both
 * @throws as `applyMembers`
 */
export async function applyManifests(
  stored: StoredRecord,
  wanted: readonly KubeObject[],
  tools: LayerTools,
): Promise<void> {
  const { record } = stored;
  if (record.members.length === 0) return;
  const elsewhere = async () => {
    const all = await tools.records.all(tools.cancel);
    const others = all.filter(({ object }) => object.metadata.uid !== stored.object.metadata.uid);
    return others.flatMap((other) => other.record.members);
  };
  const set = {
    parent: parentOf(record),
    objects: wanted,
    recorded: record.members,
    elsewhere,
    // Whether that is meant was asked before.
    mayBeEmpty: true,
  };
  await applyMembers(tools.objects, set, { cancel: tools.cancel });
}

/** Removes what the layer's manifests brought. @throws as `applyMembers` */
export async function removeManifests(stored: StoredRecord, tools: LayerTools): Promise<void> {
  await applyManifests(stored, [], tools);
}

/** The objects of before and those of now, each once. */
export function allMembers(before: LayerRecord['members'], now: LayerRecord['members']): LayerRecord['members'] {
  return recordedWith(before, now).map(memberOf);
}

/** A member of the layer that is not there. */
export function absent(reference: ObjectReference, isServed: boolean, shown: string): SeenWait {
  const { kind, apiVersion, name } = reference;
  const what = isServed ? `${shown} is not there` : `the cluster serves no ${kind} of ${apiVersion}`;
  const remedy =
    'Find out who removed it. It comes back when the layer is applied again with other values or another version.';
  return waitingFor(what, { level: 'blocked', object: { kind, name }, remedy });
}

function memberOf({ apiVersion, kind, namespace, name }: ObjectReference): LayerRecord['members'][number] {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
