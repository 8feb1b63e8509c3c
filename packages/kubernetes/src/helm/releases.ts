import type { ObjectReference } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { isPending, patchOf, readRevision, type Revision, type StoredRevision } from './release-record.ts';

export { isPending, runningHook, type StoredRevision } from './release-record.ts';

/** Where a release is. */
export interface ReleasePlace {
  readonly namespace: string;
  readonly name: string;
}

/** The history of a release, oldest revision first; empty where there is none. @throws HELM_RELEASE_UNREADABLE, KUBERNETES_… */
export async function readHistory(
  objects: Objects,
  { namespace, name }: ReleasePlace,
  cancel?: AbortSignal,
): Promise<readonly StoredRevision[]> {
  const labelSelector = `owner=helm,name=${name}`;
  const secrets = await objects.list({ apiVersion: 'v1', kind: 'Secret', namespace, labelSelector }, cancel);
  const revisions = await Promise.all(
    secrets.filter((secret) => secret['type'] === 'helm.sh/release.v1').map((secret) => readRevision(secret)),
  );
  return revisions.filter(({ release }) => release === name).toSorted((a, b) => a.revision - b.revision);
}

/** What a history comes to. */
export interface ReleaseState {
  /** The newest revision; undefined where there is no release. */
  readonly last: StoredRevision | undefined;
  /** What the cluster was last brought to; an upgrade starts from it. */
  readonly deployed: StoredRevision | undefined;
}

export function stateOf(history: readonly StoredRevision[]): ReleaseState {
  return { last: history.at(-1), deployed: history.findLast(({ status }) => status === 'deployed') };
}

/**
 * Records that the operation which began a revision has failed, so that helm takes up the release again. The revision stays in the
 * history with why. Only right where that operation has ended for certain.
 *
 * @throws KUBERNETES_CONFLICT where the record has changed meanwhile, KUBERNETES_…
 */
export async function recordFailed(
  objects: Objects,
  pending: StoredRevision,
  why: string,
  cancel?: AbortSignal,
): Promise<void> {
  if (!isPending(pending)) return;
  const patch = await patchOf(pending, { status: 'failed', description: why });
  await objects.mergePatch(secretOf(pending), patch, cancel);
}

/**
 * Lets the release forget objects, so that helm leaves them alone when they are in its chart no more or when it is uninstalled.
 *
 * @param manifest what the revision installs without them
 * @throws KUBERNETES_CONFLICT, KUBERNETES_…
 */
export async function recordManifest(
  objects: Objects,
  revision: StoredRevision,
  manifest: string,
  cancel?: AbortSignal,
): Promise<void> {
  await objects.mergePatch(secretOf(revision), await patchOf(revision, { manifest }), cancel);
}

function secretOf({
  secret,
  namespace,
}: Pick<StoredRevision, 'secret'> & Pick<Revision, 'namespace'>): ObjectReference {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: secret };
}
