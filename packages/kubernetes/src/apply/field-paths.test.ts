import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldPaths } from './field-paths.ts';

const paths = (trie: unknown): readonly string[] => [...fieldPaths(trie)].toSorted();

describe('fields of a trie', () => {
  it('are written as the API server writes them in a conflict', () => {
    const trie = {
      'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/name': {} }, 'f:finalizers': { 'v:"a.b/c"': {} } },
      'f:spec': {
        'f:selector': {},
        'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:name': {} } },
        'f:args': { 'i:0': {} },
      },
    };
    expect(paths(trie)).toEqual([
      '.metadata.finalizers[="a.b/c"]',
      '.metadata.labels.app.kubernetes.io/name',
      '.spec.args[0]',
      '.spec.ports[containerPort=80,protocol="TCP"]',
      '.spec.ports[containerPort=80,protocol="TCP"].name',
      '.spec.selector',
    ]);
  });

  it('are none where nothing is known, and never fail, whatever a trie holds', () => {
    expect(paths(undefined)).toEqual([]);
    expect(paths({})).toEqual([]);
    expect(paths({ 'k:nonsense': {} })).toEqual(['[nonsense]']);
    fc.assert(fc.property(fc.anything(), (trie) => fieldPaths(trie) instanceof Set));
  });

  it('are bounded in depth and count', () => {
    let deep: object = {};
    for (let at = 0; at < 50_000; at += 1) deep = { 'f:a': deep };
    expect(paths(deep)).toEqual([]);
    const wide = Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`f:${at}`, {}]));
    expect(fieldPaths(wide).size).toBe(20_000);
  });

  it('are as many as a tree of names has leaves', () => {
    const { node: tree } = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constant({}),
        fc.dictionary(fc.stringMatching(/^f:[a-z]{1,4}$/), tie('node'), { maxKeys: 3 }),
      ),
    }));
    const leaves = (node: unknown): number => {
      const below = Object.values(node as object);
      return below.length === 0 ? 1 : below.map(leaves).reduce((sum, count) => sum + count, 0);
    };
    fc.assert(
      fc.property(
        tree,
        (node) => fieldPaths(node).size === (Object.keys(node as object).length === 0 ? 0 : leaves(node)),
      ),
    );
  });
});
