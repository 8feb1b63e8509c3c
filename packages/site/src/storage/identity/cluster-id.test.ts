import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterNameIn, isDefaultForm, isUniqueByForm, makeClusterId } from './cluster-id.ts';

describe('a cluster-id', () => {
  it.each([
    ['spectro-mgmt/spectro-mgmt-cluster', false],
    ['', false],
    ['7c1d2f00-0000-4000-8000-000000000001', true],
    ['7C1D2F00-0000-4000-8000-000000000001/x', true],
    ['x/7c1d2f00-0000-4000-8000-0000000000012', false],
  ])('%j is unique by its form: %s', (id, expected) => {
    expect(isUniqueByForm(id)).toBe(expected);
  });

  it.each([
    ['spectro-mgmt/spectro-mgmt-cluster', true],
    ['default/capv-1.26', true],
    ['prod-cluster-7', false],
    ['Prod/East', false],
    ['site/prod/7', false],
    ['', false],
    ['7c1d2f00-0000-4000-8000-000000000001/spectro-mgmt-cluster', false],
  ])('%j is one that installations got without being asked: %s', (id, expected) => {
    expect(isDefaultForm(id)).toBe(expected);
  });

  it('is made unique whatever the name, within the length that the driver accepts', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (name) => {
        const id = makeClusterId(randomUUID(), name);
        expect(isUniqueByForm(id)).toBe(true);
        expect(id.length).toBeLessThanOrEqual(64);
        expect(id).toMatch(/^[\w./-]+$/);
      }),
    );
  });

  it('keeps the name that the former one ended with', () => {
    const former = 'spectro-mgmt/spectro-mgmt-cluster';
    expect(makeClusterId('u', clusterNameIn(former))).toBe('u/spectro-mgmt-cluster');
  });
});
