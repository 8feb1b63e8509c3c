import { SealiftError } from '@sealift/core/errors';
import { groups } from '@sealift/kubernetes/cluster-api-names';
import { identityOf } from '@sealift/kubernetes/manifest';
import { groupVersionOf, identityOfReference, type KubeObject, nameOf, type OwnerReference, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { isDeepStrictEqual } from 'node:util';
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

function rankOf({ apiVersion, kind }: KubeObject): number {
  const { group } = groupVersionOf(apiVersion);
  if (group === '') return kind === 'Namespace' ? 0 : 3;
  if (kind === 'ClusterClass' || kind.endsWith('Template')) return 1;
  return isCluster({ apiVersion, kind }) ? 2 : 3;
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
  return content;
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
  /** By the uid that they had. */
  readonly #backedUp: ReadonlyMap<string, KubeObject>;
  readonly #uids = new Map<string, string | undefined>();

  constructor(objects: Objects, backedUp: readonly KubeObject[]) {
    this.#objects = objects;
    this.#backedUp = new Map(backedUp.map((object) => [object.metadata.uid ?? '', object]));
  }

  /**
   * The owners that are there, with their uids now. One that is not is left out, and told: an object with an owner that does not exist is
   * deleted by the garbage collector.
   */
  async of(object: KubeObject, cancel: AbortSignal): Promise<{ owners: OwnerReference[]; lost: string[] }> {
    const owners: OwnerReference[] = [];
    const lost: string[] = [];
    for (const owner of object.metadata.ownerReferences ?? []) {
      const { kind, name, apiVersion } = owner;
      const known = this.#backedUp.get(owner.uid);
      const namespace = known === undefined ? object.metadata.namespace : known.metadata.namespace;
      const reference = { apiVersion: known?.apiVersion ?? apiVersion, kind, name, namespace };
      const uid = await this.#uidOf(reference, cancel);
      if (uid === undefined) lost.push(nameOf(reference));
      else owners.push({ ...owner, uid });
    }
    return { owners, lost };
  }

  /** Remembers the uid of an object that was made. */
  note(object: KubeObject): void {
    this.#uids.set(identityOf(object), object.metadata.uid);
  }

  async #uidOf(of: { apiVersion: string; kind: string; name: string; namespace: string | undefined }, cancel: AbortSignal) {
    const key = identityOfReference(of);
    if (!this.#uids.has(key)) {
      const isServed = (await this.#objects.discovery.resource(of, cancel)) !== undefined;
      const live = isServed ? await this.#objects.get(of, cancel) : undefined;
      this.#uids.set(key, live?.metadata.uid);
    }
    return this.#uids.get(key);
  }
}
