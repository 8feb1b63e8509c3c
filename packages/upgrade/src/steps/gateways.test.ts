import type { GatewayStatus } from '@sealift/core/gateway';
import { World } from '@sealift/testkit/upgrade/world';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import type { Hop, StepOf } from '@sealift/core/upgrade';
import { expect, test } from 'vitest';
import { gatewaysReady } from '../preflight/gateway-checks.ts';
import { gateways } from './gateways.ts';
import type { StepContext } from './step.ts';

const step: StepOf<'gateways'> = {
  id: '0-gateways',
  title: 'Gateways',
  rollback: 'restorable',
  kind: 'gateways',
  target: { minimum: '2.0.0' },
};
const gateway = (name: string, more: Partial<GatewayStatus> = {}): GatewayStatus => ({
  name,
  site: 'north',
  version: '1.0.0',
  wanted: '2.1.0',
  holds: [],
  failure: null,
  seenAt: new Date().toISOString(),
  ...more,
});
const hold = {
  paused: { level: 'site', name: 'north' },
  by: 'admin',
  at: '2026-11-29T12:00:00.000Z',
  reason: '',
} as const;

function setting(...known: readonly GatewayStatus[]) {
  const world = new World();
  for (const one of known) world.gateways.set(one.name, one);
  const upgrade = sampleUpgrade();
  const [first] = upgrade.plan.hops;
  if (first === undefined) throw new Error('the sample has a hop');
  const hop: Hop = { ...first, steps: [step] };
  const ports = world.ports(() => Promise.resolve());
  const cancel = new AbortController().signal;
  const context: StepContext<'gateways'> = {
    upgradeId: 'u1',
    upgrade,
    hop,
    hopIndex: 0,
    step,
    ports,
    cancel,
    report: () => undefined,
  };
  const preflight = () => gatewaysReady(ports.gateways, { ...upgrade.plan, hops: [hop] });
  return { world, look: () => gateways.forward.observe(context), act: () => gateways.forward.act(context), preflight };
}

test('without a gateway there is nothing to wait for', async () => {
  const { look, preflight } = setting();
  expect(await look()).toMatchObject({ state: 'done', message: 'No gateway is registered' });
  expect(await preflight()).toMatchObject({ outcome: 'pass' });
});

test('gateways are asked once, waited for by name, and done when every one is new enough', async () => {
  const { look, act, world, preflight } = setting(gateway('a'), gateway('b', { version: '2.1.0' }));
  expect(await preflight()).toMatchObject({ outcome: 'pass', detail: expect.stringContaining('1 go to 2.1.0 first') });
  expect(await look()).toMatchObject({ state: 'act' });
  await act();
  expect(await look()).toMatchObject({
    state: 'wait',
    fraction: 0.5,
    wait: { level: 'moving', what: '1 of 2 gateways are new enough; upgrading themselves: a' },
  });
  expect(await look()).toMatchObject({ state: 'done', evidence: { gateways: ['a 2.1.0', 'b 2.1.0'], held: [] } });
  expect(world.effects).toEqual(['ask gateways']);
});

test('one that is held and too old is named with the level, here and in the preflight; a person may take the time it takes', async () => {
  const { look, act, preflight } = setting(
    gateway('old', { holds: [hold] }),
    gateway('fit', { version: '2.0.5', holds: [hold] }),
  );
  const words = 'old runs 1.0.0, older than 2.0.0, and is paused for the site north by admin';
  expect(await preflight()).toMatchObject({
    outcome: 'block',
    detail: expect.stringContaining(words),
    remedy: expect.stringContaining('sealift gateways resume --site north'),
    items: [{ place: 'Gateway old' }],
  });
  await act();
  expect(await look()).toMatchObject({
    state: 'wait',
    forPerson: true,
    wait: { level: 'blocked', what: words, object: { kind: 'Gateway', name: 'old' } },
  });
});

test('one that is held and new enough holds nothing up', async () => {
  const { look } = setting(gateway('fit', { version: '2.0.5', holds: [hold] }));
  expect(await look()).toMatchObject({ state: 'done', evidence: { held: ['fit'] } });
});

test.each([
  ['went back', { failure: 'it ended with code 1' }, 'it ended with code 1'],
  ['is silent', { seenAt: '2020-01-01T00:00:00.000Z' }, 'last heard of at 2020'],
  ['has no executable', { wanted: null }, 'brings no newer executable'],
])('one that %s stops the upgrade with its reason', async (_, more, words) => {
  const { look, act, preflight } = setting(gateway('a', more));
  expect(await preflight()).toMatchObject({ outcome: 'block' });
  await act();
  expect(await look()).toMatchObject({
    state: 'wait',
    wait: { level: 'blocked', what: expect.stringContaining(words) },
  });
});
