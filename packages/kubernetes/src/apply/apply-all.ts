import { SealiftError } from '@sealift/core/errors';
import { type KubeObject, nameOf, type ObjectReference, referenceOf } from '../objects/object.ts';
import { identityOf } from '../objects/manifest.ts';
import type { Objects } from '../objects/objects.ts';
import { type AgreedField, apply } from './apply.ts';
import { waitUntilEstablished } from './established.ts';
import { inApplyOrder, isDefinition, isGroundwork } from './order.ts';
import { prepare } from './prepare.ts';

export interface ApplyAllOptions {
  /** For objects that name none. */
  readonly namespace?: string | undefined;
  /** By object (`nameOf`): foreign fields that a person said we may take. */
  readonly agreed?: ReadonlyMap<string, readonly AgreedField[]> | undefined;
  readonly establishTimeoutMs?: number | undefined;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Applies the objects of a manifest in the order of their kinds: namespaces and definitions first, the latter established before
 * anything else is sent; a namespace that objects need and that is not among them is made. It ends at the first object that fails;
 * what came before is done, and doing all again changes it no more.
 *
 * @returns the objects in the order they were sent in, made namespaces among them
 * @throws as `apply`; KUBERNETES_OBJECT_INVALID also for an object that is there twice
 */
export async function applyAll(
  objects: Objects,
  wanted: readonly KubeObject[],
  options: ApplyAllOptions = {},
): Promise<readonly ObjectReference[]> {
  const { agreed, cancel, establishTimeoutMs: timeoutMs } = options;
  const done: ObjectReference[] = [];
  const each = async (object: KubeObject): Promise<void> => {
    const fields = agreed?.get(nameOf(referenceOf(object)));
    done.push(referenceOf((await apply(objects, object, { agreed: fields, cancel })).object));
  };
  const ordered = inApplyOrder(wanted);
  refuseTwice(ordered);
  const groundwork = ordered.filter(isGroundwork);
  for (const object of groundwork) await each(object);
  for (const object of groundwork.filter(isDefinition))
    await waitUntilEstablished(objects, object, { timeoutMs, cancel });
  const rest = await placed(
    objects,
    ordered.filter((object) => !isGroundwork(object)),
    options,
  );
  for (const object of await missingNamespaces(objects, rest, cancel)) await each(object);
  for (const object of rest) await each(object);
  return done;
}

/** The objects as they are sent: each in its namespace. @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_OBJECT_INVALID, KUBERNETES_… */
export async function placed(
  objects: Objects,
  wanted: readonly KubeObject[],
  { namespace, cancel }: Pick<ApplyAllOptions, 'namespace' | 'cancel'>,
): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const object of wanted) found.push(prepare(object, await objects.resourceOf(object, cancel), namespace));
  refuseTwice(found);
  return found;
}

async function missingNamespaces(
  objects: Objects,
  rest: readonly KubeObject[],
  cancel: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  const names = new Set(rest.flatMap(({ metadata: { namespace } }) => (namespace === undefined ? [] : [namespace])));
  const missing: KubeObject[] = [];
  for (const name of names) {
    const of = { apiVersion: 'v1', kind: 'Namespace', name };
    if ((await objects.get(of, cancel)) === undefined) missing.push({ ...of, metadata: { name } });
  }
  return missing.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }));
}

function refuseTwice(wanted: readonly KubeObject[]): void {
  const seen = new Set<string>();
  for (const object of wanted) {
    const identity = identityOf(object);
    const reason = `${nameOf(referenceOf(object))} is there twice`;
    if (seen.has(identity)) throw new SealiftError('KUBERNETES_OBJECT_INVALID', { values: { reason } });
    seen.add(identity);
  }
}
