import { describe, expect, it } from 'vitest';
import { differences } from './compare.ts';

describe('an object as two servers show it', () => {
  it('has lost what the other does not show, item by item of a list', () => {
    const volume = (emptyDir: object): object => ({ spec: { volumes: [{ name: 'a' }, { name: 'b', emptyDir }] } });
    expect(differences(volume({ mode: '0700', sizeLimit: '1Gi' }), volume({ sizeLimit: '1Gi' }))).toEqual([
      { kind: 'dropped-field', path: 'spec.volumes[].emptyDir.mode', value: 'a text' },
    ]);
    expect(differences({ spec: { items: ['a', 'b'] } }, { spec: { items: ['a'] } })).toEqual([
      { kind: 'dropped-field', path: 'spec.items[]', value: 'a text' },
    ]);
  });

  it.each([
    ['a member is gone', { a: { b: 1 } }, { a: {} }, 'a.b'],
    ['a member with all that it holds is gone', { a: { b: 1 }, c: 1 }, { c: 1 }, 'a'],
    ['a text is empty', { a: 'x' }, { a: '' }, 'a'],
    ['a list is empty', { a: ['x'] }, { a: [] }, 'a[]'],
  ])('has lost what it held where %s', (_, before, after, path) => {
    expect(differences(before, after)).toMatchObject([{ kind: 'dropped-field', path }]);
  });

  it('has changed where another value stands', () => {
    expect(differences({ spec: { replicas: 1 } }, { spec: { replicas: 2 } })).toEqual([
      { kind: 'changed-field', path: 'spec.replicas', value: '1 becomes 2' },
    ]);
  });

  it.each([
    ['is shown more of', { a: 1 }, { a: 1, b: 2 }],
    [
      'has members that hold nothing',
      { a: 1, status: {}, list: [], deep: { inner: [{}] }, none: null, text: '' },
      { a: 1 },
    ],
    [
      'was written by others',
      { metadata: { name: 'x', managedFields: [{ manager: 'x' }] } },
      { metadata: { name: 'x' } },
    ],
    ['names its members in another order', { a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }],
  ])('is the same where it %s', (_, before, after) => {
    expect(differences(before, after)).toEqual([]);
  });

  it('loses false and 0, which say something', () => {
    expect(differences({ kind: 'X', a: false, b: 0 }, { kind: 'X' }).map(({ path }) => path)).toEqual(['a', 'b']);
  });

  it('is told once for all items of a list, and without what may be a secret', () => {
    const before = {
      list: [
        { a: 'hunter2', b: 1 },
        { a: 'hunter3', b: 2 },
      ],
    };
    const found = differences(before, { list: [{ b: 1 }, { b: 1 }] });
    expect(found).toEqual([
      { kind: 'dropped-field', path: 'list[].a', value: 'a text' },
      { kind: 'changed-field', path: 'list[].b', value: '2 becomes 1' },
    ]);
  });
});
