import { describe, expect, test } from 'vitest';
import { hashOfFrozen, hashOfValues } from '../frozen.ts';
import { stepsOfPlan, waitingFor, wayBack } from '@sealift/core/upgrade';
import { patchUpgrade } from '@sealift/testkit/upgrade/patch-upgrade';
import type { LayerStatus } from '../ports/cluster.ts';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { pinned, World } from '@sealift/testkit/upgrade/world';
import { definitionOf } from './registry.ts';
import { act, contextOf, look } from './testing/step-context.ts';

test('every step ends where looking again finds it done, also when it acts a second time', async () => {
  const world = new World();
  for (const { id } of sampleUpgrade().plan.hops[0]?.steps ?? []) {
    const context = contextOf(id, world);
    for (let time = 0; time < 2; time += 1) {
      await act(context);
      await expect.poll(async () => (await look(context)).state, { interval: 1, timeout: 10_000 }).toBe('done');
    }
  }
  expect(world).toMatchObject({ installed: '4.2.13', lockedBy: null });
});

/** A world that the sample upgrade has gone through, all but its last steps. */
async function makeValid(world: World): Promise<void> {
  for (const id of [
    '0-template',
    '0-cns',
    '0-control-plane',
    '0-workers',
    '0-layer-cni-cni-calico',
    '0-layer-addon-platform',
  ]) {
    await act(contextOf(id, world));
    await expect
      .poll(async () => (await look(contextOf(id, world))).state, { interval: 1, timeout: 10_000 })
      .toBe('done');
  }
}

describe('the layer step', () => {
  const applied = async (): Promise<World> => {
    const world = new World();
    await act(contextOf('0-layer-cni-cni-calico', world));
    await look(contextOf('0-layer-cni-cni-calico', world));
    return world;
  };
  const change = (world: World, change: Partial<LayerStatus>): void => {
    const [only] = world.layers;
    if (only !== undefined) world.layers.splice(0, 1, { ...only, ...change });
  };

  test.each<[string, Partial<LayerStatus>]>([
    ['version', { version: '3.26.0' }],
    ['digest, as of a pack that was built again', { digest: `sha256:${'f'.repeat(64)}` }],
    ['values', { valuesHash: 'f'.repeat(64) }],
    ['place in the profile', { layer: 'addon' }],
  ])('applies what runs with another %s', async (_, other) => {
    const world = await applied();
    const context = contextOf('0-layer-cni-cni-calico', world);
    expect(await look(context)).toMatchObject({ state: 'done' });
    change(world, other);
    expect(await look(context)).toMatchObject({ state: 'act' });
  });

  test('is not done before the layer is healthy, and says what it waits for', async () => {
    const world = await applied();
    world.sick.add('cni-calico');
    change(world, { wait: waitingFor('cni-calico: 1 of 3 pods are ready') });
    for (let time = 0; time < 3; time += 1) {
      expect(await look(contextOf('0-layer-cni-cni-calico', world))).toMatchObject({
        state: 'wait',
        wait: { what: 'cni-calico: 1 of 3 pods are ready' },
      });
    }
  });
});

describe('the step of the Cluster API providers', () => {
  test('asks for other components though their versions are the same, and is done when each provider runs', async () => {
    const world = new World();
    const context = contextOf('0-cluster-api-providers', world);
    world.providers = { digest: `sha256:${'1'.repeat(64)}`, wait: null, complete: true, notes: [] };
    expect(await look(context)).toMatchObject({ state: 'act' });
    await act(context);
    expect(await look(context)).toMatchObject({ state: 'wait', wait: { what: 'capi-controller-manager starts' } });
    // Only when they run can they be asked to store what they keep in their own version.
    world.providers = { ...world.providers, complete: false };
    expect(await look(context)).toMatchObject({ state: 'act', message: expect.stringContaining('Storing') });
    world.providers = { ...world.providers, complete: true };
    expect(await look(context)).toMatchObject({
      state: 'done',
      evidence: { core: '1.10.4', digest: pinned.providers, notes: ['kept: --v'] },
    });
  });
});

describe('the step of stored versions', () => {
  const tugs = {
    definition: 'tugs.harbor.example.com',
    versions: ['v1alpha1'],
    objects: 3,
    target: 'v1',
    trouble: null,
  };

  test('rewrites what is stored in versions that go, and is done when nothing is', async () => {
    const world = new World();
    const context = contextOf('0-stored-versions', world);
    expect(await look(context)).toMatchObject({
      state: 'act',
      message: 'Rewriting 3 of tugs.harbor.example.com out of v1alpha1',
    });
    expect(definitionOf(context.step).forward.intent(context)).toEqual({
      layers: ['cni-calico 3.26.1', 'platform 4.2.13'],
    });
    await act(context);
    expect(await look(context)).toMatchObject({ state: 'done' });
  });

  test('waits while objects cannot be listed, and ends where there is no way for them', async () => {
    const world = new World();
    const context = contextOf('0-stored-versions', world);
    const trouble = { reason: 'its webhook is away', remedy: 'Bring it back.' };
    world.staleVersions = [{ ...tugs, objects: null, trouble }];
    expect(await look(context)).toMatchObject({
      state: 'wait',
      wait: {
        level: 'blocked',
        what: expect.stringContaining('its webhook is away') as string,
        remedy: 'Bring it back.',
      },
    });
    world.staleVersions = [{ ...tugs, target: null }];
    await expect(look(context)).rejects.toMatchObject({ code: 'KUBERNETES_VERSION_STUCK' });
  });
});

describe('the storage step', () => {
  test('asks for an id of its own where another cluster shares it', async () => {
    const world = new World();
    const context = contextOf('0-cns', world);
    expect(await look(context)).toMatchObject({ state: 'act', message: 'another cluster uses shared' });
    await act(context);
    expect(await look(context)).toMatchObject({ state: 'done', evidence: { clusterId: 'own' } });
  });
});

describe('the lock step', () => {
  test('waits for the upgrade that holds the lock', async () => {
    const world = new World();
    world.lockedBy = 'u0';
    const seen = await look(contextOf('0-lock-console', world));
    expect(seen).toMatchObject({
      state: 'wait',
      wait: { what: 'the console is locked by upgrade u0', object: { kind: 'Upgrade', name: 'u0' } },
    });
  });

  test('to unlock leaves the lock of another upgrade', async () => {
    const world = new World();
    world.lockedBy = 'u2';
    expect(await look(contextOf('0-unlock-console', world))).toMatchObject({ state: 'done' });
    expect(world.lockedBy).toBe('u2');
  });
});

describe('the validate step', () => {
  test('records the release only when every check passes', async () => {
    const world = new World();
    const context = contextOf('0-validate', world);
    expect(await look(context)).toMatchObject({ state: 'wait' });
    await makeValid(world);
    expect(await look(context)).toMatchObject({ state: 'act', message: 'Recording 4.2.13 as the installed version' });
    await act(context);
    expect(await look(context)).toMatchObject({ state: 'done' });
  });

  test.each<[string, (world: World) => void, string]>([
    ['a node is not ready', (world) => (world.groups.workers.updated = 2), 'workers-3'],
    [
      'a node runs another version',
      (world) => (world.groups.workers.desired = { version: '1.26.8', template: 'r_new' }),
      'runs Kubernetes 1.26.8',
    ],
    ['the template is gone', (world) => world.templates.clear(), 'template r_new'],
    [
      'a layer runs other values',
      (world) => {
        const [first] = world.layers;
        if (first !== undefined) world.layers.splice(0, 1, { ...first, valuesHash: '0'.repeat(64) });
      },
      'approved values',
    ],
    [
      'a layer is not healthy',
      (world) => {
        const [first] = world.layers;
        world.sick.add('cni-calico');
        if (first !== undefined) world.layers.splice(0, 1, { ...first, wait: waitingFor('cni-calico: pods crash') });
      },
      'cni-calico: pods crash',
    ],
    [
      'a layer that the release did not touch is not healthy',
      (world) => {
        const [first] = world.layers;
        const wait = waitingFor('storage: pods crash');
        world.sick.add('storage');
        if (first !== undefined) world.layers.push({ ...first, layer: 'csi', pack: 'storage', wait });
      },
      'storage: pods crash',
    ],
    [
      'a layer was built again',
      (world) => {
        const [first] = world.layers;
        if (first !== undefined) world.layers.splice(0, 1, { ...first, digest: `sha256:${'f'.repeat(64)}` });
      },
      'approved values',
    ],
    [
      'a node comes from another template',
      (world) => (world.groups.workers.desired = { version: '1.26.10', template: 'r_old' }),
      'from r_old',
    ],
    [
      'a removed layer is back',
      (world) => {
        const [first] = world.layers;
        if (first !== undefined) world.layers.push({ ...first, layer: 'addon', pack: 'legacy' });
      },
      'legacy is removed',
    ],
  ])('waits while %s, and names it', async (_, spoil, words) => {
    const world = new World();
    await makeValid(world);
    spoil(world);
    expect(await look(contextOf('0-validate', world))).toMatchObject({
      state: 'wait',
      wait: { what: expect.stringContaining(words) },
    });
  });

  test('does not take a cluster without nodes for a healthy one', async () => {
    const world = new World();
    await makeValid(world);
    const { cluster } = world.ports(async () => undefined);
    const context = contextOf('0-validate', world, { cluster: { ...cluster, nodes: async () => [] } });
    expect(await look(context)).toMatchObject({
      state: 'wait',
      wait: { what: expect.stringContaining('no control-plane node') },
    });
  });
});

test('an intent never holds the values, which may contain secrets', () => {
  const context = contextOf('0-layer-cni-cni-calico', new World());
  const intent = definitionOf(context.step).forward.intent(context);
  expect(JSON.stringify(intent)).not.toContain('mtu');
  expect(intent).toMatchObject({ valuesHash: hashOfValues('mtu: 1440\n') });
});

test('a layer whose values were not frozen for its hop is refused', () => {
  const context = contextOf('0-layer-cni-cni-calico', new World());
  expect(() => definitionOf(context.step).forward.intent({ ...context, hopIndex: 1 })).toThrow(
    'step 0-layer-cni-cni-calico of the plan lacks',
  );
});

test('exactly the steps that are said to be undone have a way back', () => {
  for (const upgrade of [sampleUpgrade(), patchUpgrade()]) {
    for (const step of stepsOfPlan(upgrade.plan)) {
      expect([step.id, definitionOf(step).back !== undefined]).toEqual([step.id, wayBack(step) === 'undone']);
    }
  }
});

test('on the way back of the lock the console opens, if it is ours', async () => {
  const world = new World();
  const context = contextOf('0-lock-console', world);
  const { back } = definitionOf(context.step);
  world.lockedBy = 'u2';
  expect(await back?.observe(context)).toMatchObject({ state: 'done' });
  world.lockedBy = 'u1';
  expect(await back?.observe(context)).toMatchObject({ state: 'act' });
  await back?.act(context);
  expect(await back?.observe(context)).toMatchObject({ state: 'done' });
  expect(world.lockedBy).toBeNull();
});

test('the hash of a frozen upgrade does not depend on the order of its keys, and does on every value', () => {
  const upgrade = sampleUpgrade();
  const { format, plan, hops } = upgrade;
  expect(hashOfFrozen({ hops, plan, format })).toBe(hashOfFrozen(upgrade));
  const changed = structuredClone(upgrade);
  for (const layer of changed.hops[0]?.layers ?? []) layer.values += ' ';
  expect(hashOfFrozen(changed)).not.toBe(hashOfFrozen(upgrade));
});
