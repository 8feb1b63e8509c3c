import { SealiftError } from '@sealift/core/errors';
import { sampleEffects } from '@sealift/testkit/upgrade/sample-upgrade';
import { expect, test } from 'vitest';
import { quickTiming, runOnce } from '../testing/process-model.ts';
import { newSetting, type Setting, upgradeId } from '../testing/setting.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Recorder } from './recorder.ts';
import { letGo, plannedSteps } from './step-runner.ts';

const rolling = 'roll workers 1.26.10';
const old = { version: '1.26.8', template: 'r_old' };
const passing = () => new SealiftError('SIMULATOR_UNREACHABLE', { values: { reason: 'passes' } });

function intentsOf({ store }: Setting, step: string): number {
  return store.entries.filter(({ stepId, phase }) => stepId === step && phase === 'intent').length;
}

/** Each of the rollouts of the workers fails first as often as it is told; in between somebody puts the old version back, once. */
async function rollTwice(failures: readonly (() => unknown)[]) {
  const setting = newSetting();
  const left = [[...failures], [...failures]];
  let wasPutBack = false;
  const outcome = await runOnce(setting, 'a', null, {
    effect: (name) => {
      if (name !== rolling) return;
      const failure = left[wasPutBack ? 1 : 0]?.shift();
      if (failure !== undefined) throw failure();
    },
    journaled: ({ stepId, phase }) => {
      if (stepId !== '0-workers' || phase !== 'progress' || wasPutBack) return;
      if (setting.world.groups.workers.desired.version === old.version) return;
      wasPutBack = true;
      setting.world.groups.workers = { desired: old, updated: 3 };
    },
  });
  return { setting, outcome };
}

test('an effect that fails and is tried again has one intent; one that is asked for anew after a wait has its own', async () => {
  const { setting, outcome } = await rollTwice([passing, passing]);
  expect(outcome).toMatchObject({ state: 'succeeded' });
  expect(setting.world.effects.filter((name) => name === rolling)).toHaveLength(2);
  expect(intentsOf(setting, '0-workers')).toBe(2);
});

test('failures without a name are counted anew once something has worked', async () => {
  const unnamed = () => new TypeError('unexpected');
  const { outcome } = await rollTwice([unnamed, unnamed, unnamed, unnamed]);
  expect(outcome).toMatchObject({ state: 'succeeded' });
});

test('failures that pass do not use up the attempts of one without a name', async () => {
  const setting = newSetting();
  const failures = [...Array.from({ length: 6 }, passing), new TypeError('unexpected')];
  const outcome = await runOnce(setting, 'a', null, {
    effect: (name) => {
      const failure = name === rolling ? failures.shift() : undefined;
      if (failure !== undefined) throw failure;
    },
  });
  expect(outcome).toMatchObject({ state: 'succeeded' });
  expect(setting.world.effects).toEqual(sampleEffects);
});

test('nothing is let go once the lease is over', async () => {
  const { clock, world, store } = newSetting();
  const frozen = await store.journal.frozen(upgradeId);
  const lease = await LeaseKeeper.acquire(store.lease, 'a', 10_000, clock);
  if (frozen === null || lease === null) throw new Error('nothing is set up');
  const { upgrade } = frozen;
  const planned = plannedSteps(upgrade).find(({ step }) => step.kind === 'workers');
  if (planned === undefined) throw new Error('the sample rolls no workers');
  world.held.add('workers');
  clock.advance(10_001);
  const run = {
    upgrade,
    ports: world.ports(() => Promise.resolve()),
    recorder: new Recorder(upgradeId, store.journal, lease, () => undefined),
    lease,
    clock,
    timing: { ...quickTiming, silentMs: 1000, stallMs: 1, deadlineMs: 1 },
    purpose: 'end' as const,
    cancel: new AbortController().signal,
  };
  await expect(letGo(run, planned)).rejects.toMatchObject({ reason: 'lease-lost' });
  expect(world.effects).toEqual([]);
});
