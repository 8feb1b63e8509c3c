import { describe, expect, test, vi } from 'vitest';
import { hashOfFrozen, hashOfValues } from '../frozen.ts';
import type { Ports } from '../ports/ports.ts';
import type { Template } from '../ports/vcenter.ts';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { ovaSha256, World } from '@sealift/testkit/upgrade/world';
import { definitionOf } from './registry.ts';
import type { StepContext } from './step.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 30_000 });

function contextOf(id: string, world: World, change: Partial<Ports> = {}): StepContext {
  const upgrade = sampleUpgrade();
  const [hop] = upgrade.plan.hops;
  const step = hop?.steps.find((one) => one.id === id);
  if (hop === undefined || step === undefined) throw new Error(`no step ${id}`);
  return {
    upgradeId: 'u1',
    upgrade,
    hop,
    hopIndex: 0,
    step,
    ports: { ...world.ports(async () => undefined), ...change },
    cancel: new AbortController().signal,
    report: () => undefined,
  };
}

const look = (context: StepContext) => definitionOf(context.step).forward.observe(context);
const act = (context: StepContext) => definitionOf(context.step).forward.act(context);

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

describe('the template step', () => {
  const template = { name: 'r_new', sha256: ovaSha256, kubernetes: '1.26.10', poweredOn: false, marked: true };
  const looking = (found: Partial<Template>) => {
    const world = new World();
    world.templates.set('r_new', { ...template, ...found });
    return look(contextOf('0-template', world));
  };

  test('accepts one deployed by hand that names the planned Kubernetes version', async () => {
    expect(await looking({ sha256: null })).toMatchObject({ state: 'done' });
  });

  test('makes a template of a VM deployed by hand, and sends nothing', async () => {
    const world = new World();
    world.templates.set('r_new', { ...template, sha256: null, marked: false });
    const context = contextOf('0-template', world);
    expect(await look(context)).toMatchObject({ state: 'act', message: expect.stringContaining('the VM r_new') });
    await act(context);
    expect(world.effects).toEqual(['mark r_new']);
    expect(await look(context)).toMatchObject({ state: 'done' });
  });

  test('waits for a VM that is powered on, and says so', async () => {
    expect(await looking({ poweredOn: true })).toMatchObject({
      state: 'wait',
      wait: { level: 'blocked', remedy: expect.stringContaining('Shut r_new down') },
    });
  });

  test('refuses other content with both digests', async () => {
    const digest = 'f'.repeat(64);
    await expect(looking({ sha256: digest })).rejects.toMatchObject({
      code: 'TEMPLATE_OTHER_CONTENT',
      message: expect.stringMatching(new RegExp(`${digest}.*${ovaSha256}`)),
    });
  });

  test('refuses another Kubernetes version inside', async () => {
    await expect(looking({ sha256: null, kubernetes: '1.26.9' })).rejects.toMatchObject({
      code: 'TEMPLATE_OTHER_CONTENT',
    });
  });

  test('refuses one that proves nothing', async () => {
    await expect(looking({ sha256: null, kubernetes: null })).rejects.toMatchObject({ code: 'TEMPLATE_UNPROVEN' });
  });

  test('fails with the error of the registry when the bytes break off', async () => {
    const world = new World();
    const failure = new Error('the digest does not match');
    const content: Ports['content'] = {
      ...world.ports(async () => undefined).content,
      openOva: async () => ({
        sizeBytes: 10,
        open: async () => {
          const { Readable } = await import('node:stream');
          return new Readable({
            read() {
              this.destroy(failure);
            },
          });
        },
      }),
    };
    await expect(act(contextOf('0-template', world, { content }))).rejects.toBe(failure);
    expect(world.templates.size).toBe(0);
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

test('the lock is the one step that is taken back in place: the console opens, if it is ours', async () => {
  const ways = sampleUpgrade().plan.hops.flatMap(({ steps }) => steps.filter((step) => definitionOf(step).back));
  expect(ways.map(({ kind }) => kind)).toEqual(['lock-console']);
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
