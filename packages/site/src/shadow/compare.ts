import { canonicalJson } from '@sealift/core/canonical-json';
import { isMembers } from '@sealift/kubernetes/merge-patch';

/** A field that two servers show differently for one object. */
export interface Difference {
  readonly kind: 'dropped-field' | 'changed-field';
  /** `spec.template.spec.volumes[].emptyDir.mode`: the same for every item of a list. */
  readonly path: string;
  /** Numbers as they are; of others what they are. */
  readonly value: string;
}

/**
 * What of an object is not shown by another server, or with another value. That one shows more is no loss; who wrote which field is bookkeeping;
 * and a member that holds nothing is as good as none.
 */
export function differences(before: unknown, after: unknown): readonly Difference[] {
  const found = compare(before, after, '').map((one) => [`${one.kind} ${one.path}`, one] as const);
  // Items of a list have one place.
  return [...new Map(found).values()];
}

function compare(before: unknown, after: unknown, path: string): readonly Difference[] {
  if (isEmpty(before) || path === 'metadata.managedFields') return [];
  if (after === undefined || after === null || after === '') {
    return [{ kind: 'dropped-field', path, value: shown(before) }];
  }
  if (isMembers(before) && isMembers(after)) {
    return Object.entries(before).flatMap(([name, value]) =>
      compare(value, Object.hasOwn(after, name) ? after[name] : undefined, path === '' ? name : `${path}.${name}`),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.flatMap((value, index) => compare(value, after[index], `${path}[]`));
  }
  return canonicalJson(before) === canonicalJson(after)
    ? []
    : [{ kind: 'changed-field', path, value: `${shown(before)} becomes ${shown(after)}` }];
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.every(isEmpty);
  return isMembers(value) && Object.values(value).every(isEmpty);
}

/** Without what it says: a text may be a secret. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'a text' : 'an object';
}
