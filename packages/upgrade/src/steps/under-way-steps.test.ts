import { isStep } from '@sealift/core/upgrade';
import { World } from '@sealift/testkit/upgrade/world';
import { expect, test } from 'vitest';
import type { LayerStatus, LayerWork } from '../ports/cluster.ts';
import { hopLayer } from './hop-layer.ts';
import { contextOf, look } from './testing/step-context.ts';

const applying = '0-layer-cni-cni-calico';
const removing = '0-layer-addon-legacy';

/** The layer of a step as it ran before, with work on it under way. */
function underWay(status: Pick<LayerStatus, 'layer' | 'pack'>, work: LayerWork): World {
  const world = new World();
  const before = { ...status, version: '1.0.0', digest: `sha256:${'b'.repeat(64)}`, valuesHash: '', wait: null };
  world.layers.push({ ...before, underway: work });
  return world;
}

function plannedWork(world: World): LayerWork {
  const { step, ...context } = contextOf(applying, world);
  if (!isStep(step, 'layer')) throw new Error(`${applying} is no layer`);
  const { version, digest, valuesHash } = hopLayer({ ...context, step });
  return { doing: 'apply', version, digest, valuesHash };
}

const calico = { layer: 'cni', pack: 'cni-calico' } as const;
const legacy = { layer: 'addon', pack: 'legacy' } as const;

test('a layer waits for its own work', async () => {
  const world = underWay(calico, plannedWork(new World()));
  expect(await look(contextOf(applying, world))).toMatchObject({ state: 'wait', busy: true });
});

test.each<[string, Partial<LayerWork>]>([
  ['of another pack', { digest: `sha256:${'e'.repeat(64)}` }],
  ['with other values', { valuesHash: 'f'.repeat(64) }],
  ['that removes it', { doing: 'remove' }],
])('a layer is asked for beside work %s', async (_, other) => {
  const world = underWay(calico, { ...plannedWork(new World()), ...other });
  expect(await look(contextOf(applying, world))).toMatchObject({ state: 'act' });
});

test('a removal waits for its own work, and is asked for beside an apply', async () => {
  const removal = { doing: 'remove', version: '1.0.0', digest: '', valuesHash: '' } as const;
  expect(await look(contextOf(removing, underWay(legacy, removal)))).toMatchObject({ state: 'wait', busy: true });
  const apply = { ...removal, doing: 'apply' } as const;
  expect(await look(contextOf(removing, underWay(legacy, apply)))).toMatchObject({ state: 'act' });
});
