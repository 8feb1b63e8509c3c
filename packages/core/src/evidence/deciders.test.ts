import { expect, it } from 'vitest';
import { decidersOf, type DraftDeed } from './deciders.ts';

const resolve = (by: string, at: string, ...chosen: [string, string][]): DraftDeed => ({
  by,
  at,
  layerId: 'cni-calico',
  deed: { kind: 'resolve', chosen: chosen.map(([path, take]) => ({ path, take })) },
});
const decided = (...deeds: DraftDeed[]) => Object.fromEntries(decidersOf(deeds).get('cni-calico')?.paths ?? []);

it('names whoever chose what stands, not who saved the layer again', () => {
  expect(
    decided(
      resolve('ann', '1', ['mtu', 'current'], ['bpf', 'base']),
      resolve('bob', '2', ['mtu', 'current'], ['bpf', 'incoming']),
    ),
  ).toEqual({ mtu: { by: 'ann', at: '1' }, bpf: { by: 'bob', at: '2' } });
});

it('names the last one for a value of their own, which may have changed', () => {
  expect(decided(resolve('ann', '1', ['mtu', 'own value']), resolve('bob', '2', ['mtu', 'own value']))).toEqual({
    mtu: { by: 'bob', at: '2' },
  });
});

it('forgets a choice that was taken back', () => {
  expect(decided(resolve('ann', '1', ['mtu', 'current']), resolve('bob', '2'))).toEqual({});
});

it('knows whose text stands in the place of the merge', () => {
  const paste = (kind: 'paste' | 'unpaste', by: string): DraftDeed => ({ by, at: '1', layerId: 'l', deed: { kind } });
  expect(decidersOf([paste('paste', 'ann')]).get('l')?.pasted).toEqual({ by: 'ann', at: '1' });
  expect(decidersOf([paste('paste', 'ann'), paste('unpaste', 'bob')]).get('l')?.pasted).toBeNull();
});
