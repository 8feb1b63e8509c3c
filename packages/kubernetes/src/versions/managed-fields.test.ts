import { describe, expect, it } from 'vitest';
import type { ManagedField } from '../objects/object.ts';
import { rewriteManagedFields } from './managed-fields.ts';

const entry = (
  manager: string,
  apiVersion: string,
  fields: readonly string[],
  more: Partial<ManagedField> = {},
): ManagedField => ({
  manager,
  operation: 'Apply',
  apiVersion,
  time: '2026-01-01T00:00:00Z',
  fieldsV1: { 'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
  ...more,
});
const rules = { group: 'x.example', lasting: ['v1', 'v1beta1'], target: 'v1', sameFields: true };

describe('field managers', () => {
  it('stay as they are where every version lasts, and where an entry is of another group', () => {
    const entries = [
      entry('a', 'x.example/v1', ['p']),
      entry('a', 'x.example/v1beta1', ['q']),
      entry('b', 'y.example/v1alpha1', ['p']),
    ];
    expect(rewriteManagedFields(entries, rules)).toBeUndefined();
    expect(rewriteManagedFields([{ manager: 'a' }], rules)).toBeUndefined();
  });

  it('keep what they own under a version that lasts, where fields are the same', () => {
    const old = entry('a', 'x.example/v1alpha1', ['p'], { subresource: 'status' });
    const kept = entry('a', 'x.example/v1', ['q']);
    expect(rewriteManagedFields([old, kept], rules)).toEqual([{ ...old, apiVersion: 'x.example/v1' }, kept]);
  });

  it('own together what one manager owned in two versions', () => {
    const old = entry('a', 'x.example/v1alpha1', ['p', 'r']);
    const kept = entry('a', 'x.example/v1', ['q', 'r']);
    const other = entry('b', 'x.example/v1alpha1', ['p']);
    const update = entry('a', 'x.example/v1', ['s'], { operation: 'Update' });
    expect(rewriteManagedFields([old, kept, other, update], rules)).toEqual([
      entry('a', 'x.example/v1', ['p', 'r', 'q']),
      { ...other, apiVersion: 'x.example/v1' },
      update,
    ]);
  });

  it('are dropped where fields may be others in another version', () => {
    const entries = [entry('a', 'x.example/v1alpha1', ['p']), entry('a', 'x.example/v1beta1', ['q'])];
    expect(rewriteManagedFields(entries, { ...rules, sameFields: false })).toEqual([entries[1]]);
    expect(rewriteManagedFields(entries.slice(0, 1), { ...rules, sameFields: false })).toEqual([]);
  });
});
