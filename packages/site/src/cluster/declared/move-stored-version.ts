import type { MoveStoredVersion } from '@sealift/core/release';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { rewriteVersions } from '@sealift/kubernetes/rewrite-versions';
import { findStaleVersions, type StaleKind } from '@sealift/kubernetes/stale-versions';
import { waitingFor } from '@sealift/core/upgrade';
import { refused } from '@sealift/upgrade/declared/refused';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { Standing } from '@sealift/upgrade/ports/declared';

/** Whether objects of the kind are stored, or managed, in the version that goes. @throws DECLARED_STEP_REFUSED, KUBERNETES_… */
export async function storedStanding(objects: Objects, work: MoveStoredVersion, cancel: Cancel): Promise<Standing> {
  const { definition, from } = work;
  const stale = await look(objects, work, cancel);
  if (stale === undefined) {
    const message = `No object of ${definition} is stored in ${from}`;
    return { state: 'done', message, evidence: { definition, from } };
  }
  if (stale.trouble !== null) {
    const wait = waitingFor(`objects of ${definition} cannot be listed: ${stale.trouble.message}`, {
      level: 'blocked',
      object: { kind: 'CustomResourceDefinition', name: definition },
      remedy: stale.trouble.hint,
    });
    return { state: 'wait', wait };
  }
  return {
    state: 'act',
    message: `Storing ${stale.objects?.total ?? 0} objects of ${definition} in ${stale.target}, out of ${from}`,
  };
}

/** Stores them anew, each proved by a dry run; goes on where an earlier run was cut. @throws DECLARED_STEP_REFUSED, KUBERNETES_… */
export async function moveStored(objects: Objects, work: MoveStoredVersion, cancel: Cancel): Promise<void> {
  const stale = await look(objects, work, cancel);
  if (stale === undefined) return;
  const { objects: done } = await rewriteVersions(objects, stale, { cancel });
  const failed = done.find(({ error }) => error !== undefined)?.error;
  if (failed !== undefined) throw failed;
}

interface Moved extends StaleKind {
  readonly target: string;
}

/** Undefined where nothing is in that version. */
async function look(
  objects: Objects,
  { definition, from }: MoveStoredVersion,
  cancel: Cancel,
): Promise<Moved | undefined> {
  const of = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: definition };
  const live = await objects.get(of, cancel);
  if (live === undefined) return undefined;
  const [stale] = await findStaleVersions(objects, {
    coming: [without(live, from)],
    isMeant: ({ definition: name }) => name === definition,
    cancel,
  });
  if (stale === undefined) return undefined;
  const { target, stored, managed, trouble } = stale;
  if (!stored.includes(from) && !managed.includes(from) && trouble === null) return undefined;
  if (target === undefined) {
    const what = { what: `taking ${definition} out of ${from}`, kind: 'CustomResourceDefinition', name: definition };
    throw refused(
      what,
      'no other version of it is served',
      'Apply a definition that serves its next version beside it first.',
    );
  }
  return { ...stale, target };
}

/** The definition as if it did not serve the version. */
function without(live: KubeObject, from: string): KubeObject {
  const { versions, ...spec } = live['spec'] as { readonly versions: readonly { readonly name: string }[] };
  const left = versions.map((each) => (each.name === from ? { ...each, served: false } : each));
  return { ...live, spec: { ...spec, versions: left } };
}
