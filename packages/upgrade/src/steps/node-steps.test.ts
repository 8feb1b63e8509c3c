import { waitingFor } from '@sealift/core/upgrade';
import { ovaSha256, pinned, World } from '@sealift/testkit/upgrade/world';
import { describe, expect, test } from 'vitest';
import type { RolloutStatus } from '../ports/cluster.ts';
import type { Ports } from '../ports/ports.ts';
import type { Template } from '../ports/vcenter.ts';
import { definitionOf } from './registry.ts';
import type { StepContext } from './step.ts';
import { act, contextOf, look } from './testing/step-context.ts';

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

describe('the rollout steps', () => {
  const planned = { version: '1.26.10', template: 'r_new' };

  test.each([
    ['another Kubernetes version', { ...planned, version: '1.26.8' }],
    ['another template of the same Kubernetes version', { ...planned, template: 'r_old' }],
  ])('ask for what is planned where the nodes run %s', async (_, desired) => {
    const world = new World();
    world.templates.set('r_new', { name: 'r_new', sha256: null, kubernetes: null, poweredOn: false, marked: true });
    for (const [id, group] of [
      ['0-control-plane', 'control-plane'],
      ['0-workers', 'workers'],
    ] as const) {
      world.groups[group] = { desired, updated: 3 };
      const context = contextOf(id, world);
      expect(await look(context)).toMatchObject({ state: 'act' });
      await act(context);
      expect(world.groups[group].desired).toEqual(planned);
      expect(await look(context)).toMatchObject({ state: 'wait', wait: { what: expect.stringMatching(/^0 of 3: /) } });
    }
  });
});

test('a rollout is not done while a replaced machine is still going, though every new one is there', async () => {
  const { cluster } = new World().ports(async () => undefined);
  const wait = waitingFor('workers-1 is being deleted');
  const rollout = async () => ({ desired: { version: '1.26.10', template: 'r_new' }, updated: 3, total: 3, wait });
  const context = contextOf('0-workers', new World(), { cluster: { ...cluster, rollout } });
  expect(await look(context)).toMatchObject({ state: 'wait', wait: { what: '3 of 3: workers-1 is being deleted' } });
});

describe('a rollout with what kubeadm is told', () => {
  const desired = { version: '1.26.10', template: 'r_new' };
  const values = 'kubeadmconfig: {}\n';
  const base = `sha256:${'c'.repeat(64)}`;
  const kubernetes = { layer: 'k8s', pack: 'kubernetes', version: '1.26.10', digest: pinned.calico } as const;
  function contextWith(cluster: Partial<Ports['cluster']>): StepContext {
    const context = contextOf('0-control-plane', new World());
    const layers = [...(context.upgrade.hops[0]?.layers ?? []), { ...kubernetes, values, base }];
    const ports = { ...context.ports, cluster: { ...context.ports.cluster, ...cluster } };
    return { ...context, ports, upgrade: { ...context.upgrade, hops: [{ layers }] } };
  }
  const status = (setup: RolloutStatus['setup']): RolloutStatus => {
    return { desired, updated: 3, total: 3, wait: null, setup };
  };

  test('asks for it where it was not asked for yet, with the values of the layers of nodes alone', async () => {
    const asked: unknown[] = [];
    const context = contextWith({
      rollout: async (_, __, setup) => {
        asked.push(setup);
        return status('other');
      },
      setRollout: async (_, nodes, __, setup) => void asked.push(nodes, setup),
    });
    expect(await look(context)).toMatchObject({
      state: 'act',
      message: expect.stringContaining('settings of kubeadm'),
    });
    await act(context);
    expect(definitionOf(context.step).forward.intent(context)).toMatchObject({ setup: ['k8s/kubernetes'] });
    const setup = [{ layer: 'k8s', pack: 'kubernetes', values }];
    expect(asked).toEqual([setup, desired, setup]);
  });

  test('is done with the proof how they stand, and says where nothing is written', async () => {
    const seen = (setup: RolloutStatus['setup']) => look(contextWith({ rollout: async () => status(setup) }));
    expect(await seen('asked')).toMatchObject({ state: 'done', evidence: { setup: 'asked', nodes: 3 } });
    expect(await seen('not written')).toMatchObject({
      state: 'done',
      message: expect.stringContaining('is not written here'),
      evidence: { setup: 'not written' },
    });
  });
});

describe('a rollout that the driver tells more of', () => {
  const desired = { version: '1.26.10', template: 'r_new' };
  const seen = async (status: Partial<RolloutStatus>) => {
    const { cluster } = new World().ports(async () => undefined);
    const rollout = async () => ({ desired, updated: 3, total: 3, wait: null, ...status });
    return await look(contextOf('0-control-plane', new World(), { cluster: { ...cluster, rollout } }));
  };

  test('is asked again where something is due, before it waits and before it is done', async () => {
    const due = 'Letting control-plane-1 go';
    expect(await seen({ due })).toEqual({ state: 'act', message: due });
    expect(await seen({ due, wait: waitingFor('control-plane-1 is held') })).toEqual({ state: 'act', message: due });
    expect(await seen({})).toMatchObject({ state: 'done' });
  });

  test('that has failed ends the step with its reason and remedy, and is not asked again', async () => {
    const wait = waitingFor('control-plane-4 runs 1.26.8', { level: 'failed', remedy: 'Delete it.' });
    for (const due of [undefined, 'Letting control-plane-1 go']) {
      await expect(seen({ wait, due })).rejects.toMatchObject({
        code: 'ROLLOUT_FAILED',
        next: 'needs-a-person',
        message: expect.stringContaining('control-plane-4 runs 1.26.8'),
        hint: 'Delete it.',
      });
    }
  });
});
