import { fieldUnion } from '../apply/field-union.ts';
import { apiVersionOf, groupVersionOf, type ManagedField } from '../objects/object.ts';

export interface Rewriting {
  readonly group: string;
  /** Versions that stay. */
  readonly lasting: readonly string[];
  /** The one to move to. */
  readonly target: string;
  /** Whether a field has the same path in every version. */
  readonly sameFields: boolean;
}

/**
 * Field managers without versions that do not last. Where fields are the same in every version, what a manager owned stays its own, under the
 * version that lasts; else its entry is dropped, and with it the knowledge that it ever set those fields.
 *
 * @returns undefined where nothing has to change
 */
export function rewriteManagedFields(
  entries: readonly ManagedField[],
  { group, lasting, target, sameFields }: Rewriting,
): readonly ManagedField[] | undefined {
  const isStale = ({ apiVersion }: ManagedField): boolean => {
    if (apiVersion === undefined) return false;
    const of = groupVersionOf(apiVersion);
    return of.group === group && !lasting.includes(of.version);
  };
  if (!entries.some(isStale)) return undefined;
  const kept = new Map<string, ManagedField>();
  for (const entry of entries) {
    if (isStale(entry) && !sameFields) continue;
    const moved = isStale(entry) ? { ...entry, apiVersion: apiVersionOf({ group, version: target }) } : entry;
    // Of two entries of one manager in one version, the server would forget one.
    const key = JSON.stringify([moved.manager, moved.operation, moved.apiVersion, moved.subresource ?? '']);
    const before = kept.get(key);
    kept.set(key, before === undefined ? moved : { ...moved, fieldsV1: fieldUnion(before.fieldsV1, moved.fieldsV1) });
  }
  return [...kept.values()];
}
