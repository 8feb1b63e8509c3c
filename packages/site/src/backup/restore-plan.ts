import { SealiftError } from '@sealift/core/errors';
import { groups } from '@sealift/kubernetes/cluster-api-names';
import { identityOf } from '@sealift/kubernetes/manifest';
import {
  apiVersionOf,
  groupVersionOf,
  identityOfReference,
  type KubeObject,
  nameOf,
  type ObjectReference,
  type OwnerReference,
  referenceOf,
} from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { isDeepStrictEqual } from 'node:util';
import { isClusterApi } from './cluster-api-objects.ts';
import { ownersFirst } from './owners-first.ts';

/** On an object that is being restored, until it is whole: the id of the backup. */
export const restoringAnnotation = 'sealift.dev/restoring';

/** What a restore does with one object. */
export interface PlannedObject {
  readonly object: KubeObject;
  /**
   * `make`: it is not there. `finish`: a restore of this backup that was cut off had begun it. `same` and `differs`: it is there, and stays as
   * it is.
   */
  readonly action: 'make' | 'finish' | 'same' | 'differs';
}

/** What a restore does, in its order. */
export interface RestorePlan {
  readonly objects: readonly PlannedObject[];
}

/**
 * Looks at what of a backup a cluster lacks. Changes nothing.
 *
 * @throws RESTORE_KINDS_MISSING where the cluster does not know a kind, KUBERNETES_…
 */
export async function planRestore(
  objects: Objects,
  backedUp: readonly KubeObject[],
  backupId: string,
  cancel: AbortSignal,
): Promise<RestorePlan> {
  await refuseUnknownKinds(objects, backedUp, cancel);
  const planned: PlannedObject[] = [];
  for (const object of inRestoreOrder(backedUp)) {
    const live = await objects.get(referenceOf(object), cancel);
    planned.push({ object, action: actionFor(object, live, backupId) });
  }
  return { objects: planned };
}

/** Namespaces; what machines are made from; Clusters, which hold the rest while they are paused; the rest. Each after its owners. */
export function inRestoreOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  return ownersFirst(objects.toSorted((a, b) => rankOf(a) - rankOf(b)));
}

function rankOf(object: KubeObject): number {
  const { apiVersion, kind } = object;
  if (kind === 'Namespace' && groupVersionOf(apiVersion).group === '') return 0;
  if (isPattern(object)) return 1;
  return isCluster(object) ? 2 : 3;
}

/** What others are made from, and nothing happens for. */
function isPattern({ apiVersion, kind }: KubeObject): boolean {
  return isClusterApi(groupVersionOf(apiVersion).group) && (kind === 'ClusterClass' || kind.endsWith('Template'));
}

/** Whether a controller of Cluster API may act when it appears. */
export function makesMachines(object: KubeObject): boolean {
  return isClusterApi(groupVersionOf(object.apiVersion).group) && !isPattern(object) && !isCluster(object);
}

/** Whether it is a Cluster of Cluster API: paused, it holds every controller of its machines. */
export function isCluster({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return kind === 'Cluster' && groupVersionOf(apiVersion).group === groups.core;
}

function actionFor(object: KubeObject, live: KubeObject | undefined, backupId: string): PlannedObject['action'] {
  if (live === undefined) return 'make';
  if (live.metadata.annotations?.[restoringAnnotation] === backupId) return 'finish';
  return isDeepStrictEqual(contentOf(object), contentOf(live)) ? 'same' : 'differs';
}

/** All that is not about the object itself, and its status, which is for its controllers to say. */
function contentOf(object: KubeObject): unknown {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, status: _status, ...content } = object;
  if (!isCluster(object)) return content;
  const { paused: _paused, ...spec } = (content['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  return { ...content, spec };
}

async function refuseUnknownKinds(
  objects: Objects,
  backedUp: readonly KubeObject[],
  cancel: AbortSignal,
): Promise<void> {
  const kinds = new Map(backedUp.map(({ apiVersion, kind }) => [`${kind} of ${apiVersion}`, { apiVersion, kind }]));
  const missing: string[] = [];
  for (const [name, kind] of kinds) {
    if ((await objects.discovery.resource(kind, cancel)) === undefined) missing.push(name);
  }
  if (missing.length > 0) throw new SealiftError('RESTORE_KINDS_MISSING', { values: { kinds: missing.join(', ') } });
}

/** Finds the owners of restored objects, whose uids are others than they were. */
export class NewOwners {
  readonly #objects: Objects;
  readonly #uids = new Map<string, string | undefined>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /**
   * The owners that are there, with their uids now. One that is not is left out, and told: an object with an owner that does not exist is
   * deleted by the garbage collector.
   */
  async of({ metadata }: KubeObject, cancel: AbortSignal): Promise<{ owners: OwnerReference[]; lost: string[] }> {
    const owners: OwnerReference[] = [];
    const lost: string[] = [];
    for (const owner of metadata.ownerReferences ?? []) {
      const { kind, name, apiVersion } = owner;
      const uid = await this.#uidOf({ apiVersion, kind, name, namespace: metadata.namespace }, cancel);
      if (uid === undefined) lost.push(nameOf({ apiVersion, kind, name }));
      else owners.push({ ...owner, uid });
    }
    return { owners, lost };
  }

  /** Remembers the uid of an object that was made. */
  note(object: KubeObject): void {
    this.#uids.set(identityOf(object), object.metadata.uid);
  }

  /** An owner is in the namespace of its object or, where its kind has none, in none (Kubernetes, "Owners and Dependents"). */
  async #uidOf(of: ObjectReference, cancel: AbortSignal): Promise<string | undefined> {
    // Its version may not be served any more.
    const resource = await this.#resourceOf(of, cancel);
    if (resource === undefined) return undefined;
    const reference = {
      ...of,
      apiVersion: apiVersionOf(resource),
      ...(resource.namespaced ? {} : { namespace: undefined }),
    };
    const key = identityOfReference(reference);
    if (!this.#uids.has(key)) this.#uids.set(key, (await this.#objects.get(reference, cancel))?.metadata.uid);
    return this.#uids.get(key);
  }

  async #resourceOf({ apiVersion, kind }: ObjectReference, cancel: AbortSignal) {
    const { group } = groupVersionOf(apiVersion);
    for (const version of await this.#objects.discovery.versions(group, cancel)) {
      const found = await this.#objects.discovery.resource(
        { apiVersion: apiVersionOf({ group, version }), kind },
        cancel,
      );
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
