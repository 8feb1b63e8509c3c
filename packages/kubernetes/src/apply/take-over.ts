import { isSealiftError } from '@sealift/core/errors';
import { fieldManager } from '../connection/client.ts';
import type { KubeObject, ManagedField, ObjectReference } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { fieldUnion } from './field-union.ts';

const attempts = 10;

/**
 * The field managers of an object after one, ours by default, has taken over all that others own in it, as `kubectl apply --server-side` does with what
 * `kubectl apply` set before (client-go, `util/csaupgrade`). The values stay as they are; the next apply changes those that it has otherwise, and removes
 * those that it does not have.
 *
 * @param from whose fields are taken over; nobody is asked about what was set through a subresource
 * @param by the manager, by whose applies they are from now on
 * @returns undefined where nothing has to change
 */
export function takenOver(
  entries: readonly ManagedField[],
  from: (entry: ManagedField) => boolean,
  by = fieldManager,
): readonly ManagedField[] | undefined {
  const isOwn = (entry: ManagedField): boolean => isAppliedBy(by, entry);
  const isTaken = (entry: ManagedField): boolean =>
    (entry.subresource ?? '') === '' && !isOwn(entry) && from(entry) && entry.fieldsV1 !== undefined;
  const taken = entries.filter(isTaken);
  const [first] = taken;
  if (first === undefined) return undefined;
  const kept = entries.filter((entry) => !isTaken(entry));
  const own = kept.find(isOwn) ?? { ...first, manager: by, operation: 'Apply', fieldsV1: {} };
  const all = { ...own, fieldsV1: taken.reduce((fields, entry) => fieldUnion(fields, entry.fieldsV1), own.fieldsV1) };
  return [...kept.filter((entry) => !isOwn(entry)), all];
}

/** What was set by our own applies. */
export function isOurs(entry: ManagedField): boolean {
  return isAppliedBy(fieldManager, entry);
}

function isAppliedBy(by: string, { manager, operation, subresource = '' }: ManagedField): boolean {
  return manager === by && operation === 'Apply' && subresource === '';
}

/**
 * Takes over what others own in an object.
 *
 * @returns the object as it is now; undefined where it is not there
 * @throws KUBERNETES_CONFLICT where somebody goes on changing it; KUBERNETES_…, CANCELLED
 */
export async function takeOver(
  objects: Objects,
  of: ObjectReference,
  from: (entry: ManagedField) => boolean,
  cancel?: AbortSignal,
): Promise<KubeObject | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await objects.get(of, cancel);
    if (live === undefined) return undefined;
    const { resourceVersion, managedFields = [] } = live.metadata;
    const after = takenOver(managedFields, from);
    if (after === undefined) return live;
    try {
      return await objects.mergePatch(of, { metadata: { resourceVersion, managedFields: after } }, cancel);
    } catch (error) {
      if (!isSealiftError(error, 'KUBERNETES_CONFLICT') || attempt >= attempts) throw error;
    }
  }
}
