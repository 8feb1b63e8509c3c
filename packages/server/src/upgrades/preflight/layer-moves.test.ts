import type { LayerName } from '@sealift/core/pack';
import type { Plan, PlanStep } from '@sealift/core/upgrade';
import { expect, it } from 'vitest';
import type { MergedLayerRow } from '../../merging/layer-merge.ts';
import type { InstalledProfile } from '../../platform/installed.ts';
import { layerMoves } from './layer-moves.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const layer: LayerName = 'addon';
const recorded = (pack: string) => ({
  layer,
  pack,
  version: '1',
  digest,
  baseValues: '',
  currentValues: `now: ${pack}\n`,
});
const profile: InstalledProfile = {
  format: 1,
  product: 'Harborview',
  version: '1.0.0',
  releaseDigest: `sha256:${'a'.repeat(64)}`,
  revision: 1,
  recordedBy: 'admin',
  layers: ['changed', 'left', 'gone', 'open'].map(recorded),
};
const step = (kind: 'layer' | 'remove-layer', pack: string): PlanStep =>
  ({ id: pack, title: pack, rollback: 'restorable', kind, target: { layer, pack, version: '2', digest } }) as PlanStep;
const steps = [step('layer', 'changed'), step('layer', 'added'), step('layer', 'open'), step('remove-layer', 'gone')];
const plan = { hops: [{ steps }] } as unknown as Plan;
const merged = (pack: string, openConflicts = 0) =>
  ({
    row: { hop: 0, pack, to_version: '2', to_digest: digest },
    summary: { layer, pack, openConflicts },
    text: `next: ${pack}\n`,
  }) as unknown as MergedLayerRow;

it('tells of each layer what it runs, what it is to run, and what the upgrade does with it, in its order', () => {
  const moves = layerMoves(profile, plan, [merged('changed'), merged('left'), merged('added'), merged('open', 1)]);
  expect(moves.map(({ pack, doing, now, next }) => [pack, doing, now?.values ?? null, next?.values ?? null])).toEqual([
    ['changed', 'apply', 'now: changed\n', 'next: changed\n'],
    ['added', 'apply', null, 'next: added\n'],
    // Nobody knows its values before its conflicts are settled.
    ['open', 'apply', 'now: open\n', null],
    ['gone', 'remove', 'now: gone\n', null],
    ['left', 'nothing', 'now: left\n', null],
  ]);
  // Macros may refer to the values of every layer.
  expect(moves[0]?.next?.profile.get('left')).toBe('next: left\n');
  expect(moves[0]?.now?.profile.get('left')).toBe('now: left\n');
});
