import type { KubeObject } from '@sealift/kubernetes/object';
import { describe, expect, it } from 'vitest';
import { ownersFirst } from './owners-first.ts';

const object = (name: string, ...owners: string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    uid: name,
    ownerReferences: owners.map((uid) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid })),
  },
});
const namesOf = (...objects: KubeObject[]): string[] => ownersFirst(objects).map(({ metadata }) => metadata.name);

describe('objects after their owners', () => {
  it('keep their order where nobody owns another', () => {
    expect(namesOf(object('b'), object('a'))).toEqual(['b', 'a']);
  });

  it('come after all of them, over several generations', () => {
    expect(
      namesOf(
        object('machine', 'set', 'bootstrap'),
        object('set', 'deployment'),
        object('bootstrap'),
        object('deployment'),
      ),
    ).toEqual(['bootstrap', 'deployment', 'set', 'machine']);
  });

  it('are all there where owners are not among them, or own each other', () => {
    expect(namesOf(object('a', 'gone'))).toEqual(['a']);
    expect(namesOf(object('a', 'b'), object('b', 'a'), object('c', 'c')).toSorted()).toEqual(['a', 'b', 'c']);
  });
});
