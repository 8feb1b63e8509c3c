import { SealiftError } from '@sealift/core/errors';
import { currentWait, progressOf } from '@sealift/core/upgrade';
import { sampleEffects, sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { describe, expect, test } from 'vitest';
import { ProcessModel, quickTiming, runOnce } from '../testing/process-model.ts';
import { newSetting, type Setting, upgradeId } from '../testing/setting.ts';
import { defaultTiming } from './timing.ts';

describe('a person, in the middle of a wait,', () => {
  /** What the engine does once a person acted while it waits for the control plane, with two looks still to come. */
  const during = async (act: (setting: Setting) => void) => {
    const setting = newSetting();
    let isDone = false;
    const outcome = await runOnce(setting, 'a', null, {
      journaled: ({ stepId, phase }) => {
        if (isDone || stepId !== '0-control-plane' || phase !== 'progress') return;
        isDone = true;
        act(setting);
      },
    });
    const phases = setting.store.entries.filter(({ stepId }) => stepId === '0-control-plane').map(({ phase }) => phase);
    return { outcome, phases, setting };
  };

  test('pauses there, not at the end of the step', async () => {
    const { outcome, phases } = await during(({ store }) => store.byHand(upgradeId, 'pause'));
    expect(outcome).toMatchObject({ result: 'stopped', reason: 'paused' });
    expect(phases).toEqual(['intent', 'progress']);
  });

  test('aborts there, not at the end of the step', async () => {
    const { outcome, phases, setting } = await during(({ store }) => store.byHand(upgradeId, 'abort'));
    expect(outcome).toMatchObject({ result: 'rested', state: 'aborted' });
    expect(phases).toEqual(['intent', 'progress']);
    expect(setting.world.lockedBy).toBeNull();
  });
});

describe('a person', () => {
  test('pauses at a safe point and resumes', async () => {
    const setting = newSetting();
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('roll control-plane')) setting.store.byHand(upgradeId, 'pause');
      },
    });
    expect(outcome).toMatchObject({ result: 'stopped', reason: 'paused' });
    expect(setting.world.effects.at(-1)).toBe('roll control-plane 1.26.10');
    setting.store.byHand(upgradeId, 'resume');
    expect(await runOnce(setting, 'a')).toMatchObject({ state: 'succeeded' });
    expect(setting.world.effects).toEqual(sampleEffects);
  });

  test('aborts at a safe point, and the console opens', async () => {
    const setting = newSetting();
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('roll control-plane')) setting.store.byHand(upgradeId, 'abort');
      },
    });
    expect(outcome).toMatchObject({ state: 'aborted' });
    expect(setting.world.effects.slice(-2)).toEqual(['roll control-plane 1.26.10', 'unlock']);
    const last = setting.store.entries.at(-1);
    expect(last?.data).toMatchObject({
      begun: [
        '0-lock-console',
        '0-backup',
        '0-template',
        '0-cns',
        '0-cluster-api-providers',
        '0-stored-versions',
        '0-control-plane',
      ],
    });
  });
});

test('a stalled wait says so, since when, and goes on', async () => {
  const setting = newSetting();
  const template = () => setting.world.templates.get('r_new');
  let found = template();
  const outcome = await runOnce(setting, 'a', null, {
    timing: { ...quickTiming, stallMs: 1000 },
    effect: (name) => {
      if (!name.startsWith('roll control-plane')) return;
      found = template();
      setting.world.templates.delete('r_new');
    },
    journaled: (entry) => {
      if (entry.stepId !== '0-control-plane' || entry.phase !== 'progress') return;
      if (entry.data.wait.level !== 'stalled') setting.clock.advance(1000);
      else if (found !== undefined) setting.world.templates.set('r_new', found);
    },
  });
  expect(outcome).toMatchObject({ state: 'succeeded' });
  const waits = setting.store.entries.flatMap((entry) =>
    entry.stepId === '0-control-plane' && entry.phase === 'progress' ? [entry.data.wait] : [],
  );
  const stalled = waits.find(({ level }) => level === 'stalled');
  expect(stalled?.what).toContain('there is no template r_new');
  expect(stalled?.since).toBe(waits.find(({ what }) => what === stalled?.what)?.since);
});

test('a wait keeps the time since when it stands over the death of the process', async () => {
  const setting = newSetting();
  setting.world.templates.set('r_new', {
    name: 'r_new',
    sha256: null,
    kubernetes: '1.26.10',
    poweredOn: true,
    marked: true,
  });
  const begun = new ProcessModel(setting, 'a', null, {
    journaled: ({ stepId, phase }) => {
      if (stepId === '0-template' && phase === 'progress') void begun.engine.close();
    },
  });
  await begun.engine.run(upgradeId);
  const { plan } = sampleUpgrade();
  const before = currentWait(progressOf(plan, setting.store.entries));
  expect(before).toMatchObject({ what: 'the VM r_new is powered on', level: 'blocked' });
  setting.clock.advance(60_000);
  const lines = setting.store.entries.length;
  const later = new ProcessModel(setting, 'b', null, { timing: { ...quickTiming, deadlineMs: 0 } });
  expect(await later.engine.run(upgradeId)).toMatchObject({ result: 'rested' });
  const waits = setting.store.entries.slice(lines).flatMap((entry) => (entry.phase === 'progress' ? [entry.data] : []));
  for (const { wait } of waits) expect(wait.since).toBe(before?.since);
});

test('what somebody has to mend outside is a wait that is blocked, with its object and remedy, and the step goes on by itself', async () => {
  const setting = newSetting();
  const about = { kind: 'Template', name: '/DC0/vm/templates/r_new' };
  let missing = 3;
  const outcome = await runOnce(setting, 'a', null, {
    effect: (name) => {
      if (!name.startsWith('roll workers') || missing === 0) return;
      missing -= 1;
      throw new SealiftError('NODE_TEMPLATE_MISSING', { values: { path: about.name }, about });
    },
  });
  expect(outcome).toMatchObject({ state: 'succeeded' });
  expect(setting.world.effects).toEqual(sampleEffects);
  const waits = setting.store.entries.flatMap((entry) =>
    entry.stepId === '0-workers' && entry.phase === 'progress' ? [entry.data.wait] : [],
  );
  expect(waits[0]).toMatchObject({
    what: 'there is no template /DC0/vm/templates/r_new in vCenter',
    level: 'blocked',
    object: about,
    remedy: expect.stringContaining('Import it'),
  });
});

test('what stays as it is is looked at ever later, up to a bound, and soon again once it changed', async () => {
  const setting = newSetting();
  const { world, clock, store } = setting;
  const [sick] = sampleUpgrade().plan.hops[0]?.steps.flatMap((step) => (step.kind === 'layer' ? [step] : [])) ?? [];
  if (sick === undefined) throw new Error('the sample has a layer');
  world.sick.add(sick.target.pack);
  const pauses: number[] = [];
  const timing = { ...quickTiming, pollMs: 4, pollMostMs: 15 };
  const slow = {
    monotonic: () => clock.monotonic(),
    now: () => clock.now(),
    sleep: async (ms: number, cancel: AbortSignal) => {
      const isLook = ms <= timing.pollMostMs;
      if (isLook && store.entries.at(-1)?.stepId === sick.id) pauses.push(ms);
      if (pauses.length === 6) world.sick.clear();
      await clock.sleep(isLook ? 1 : ms, cancel);
    },
  };
  expect(await runOnce(setting, 'a', null, { clock: slow, timing })).toMatchObject({ state: 'succeeded' });
  expect(pauses).toEqual([4, 6, 9, 13.5, 15, 15, 15]);
});

test('a look that gets no answer is told of meanwhile, since the last answer; it is no failure, and goes on with the answer', async () => {
  const setting = newSetting();
  const { world, clock } = setting;
  const ports = world.ports(
    () => Promise.resolve(),
    () => undefined,
  );
  let isCut = true;
  let answer = (): void => undefined;
  const rollout: typeof ports.cluster.rollout = async (...asked) => {
    const isOnItsWay = world.effects.includes('roll control-plane 1.26.10');
    if (isCut && isOnItsWay) {
      isCut = false;
      // The time goes by while it waits.
      setImmediate(() => clock.advance(defaultTiming.silentMs));
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
    }
    return await ports.cluster.rollout(...asked);
  };
  const before = clock.now().toISOString();
  const outcome = await runOnce(setting, 'a', null, {
    ports: { ...ports, cluster: { ...ports.cluster, rollout } },
    journaled: (entry) => {
      if (entry.phase === 'progress' && entry.data.wait.what === 'an answer of the cluster') answer();
    },
  });
  expect(outcome).toMatchObject({ state: 'succeeded' });
  const waits = setting.store.entries.flatMap((entry) =>
    entry.stepId === '0-control-plane' && entry.phase === 'progress' ? [entry.data.wait] : [],
  );
  const silent = waits.filter(({ what }) => what === 'an answer of the cluster');
  expect(silent).toMatchObject([
    { level: 'stalled', since: before, remedy: expect.stringContaining('is asked again') },
  ]);
});

test('what is tried again as a look failed is so since the last answer, not since one gave up', async () => {
  const setting = newSetting();
  const { world, clock } = setting;
  const ports = world.ports(
    () => Promise.resolve(),
    () => undefined,
  );
  let isCut = true;
  const rollout: typeof ports.cluster.rollout = async (...asked) => {
    if (isCut && world.effects.includes('roll control-plane 1.26.10')) {
      isCut = false;
      clock.advance(5000);
      throw Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });
    }
    return await ports.cluster.rollout(...asked);
  };
  const before = clock.now().toISOString();
  await runOnce(setting, 'a', null, { ports: { ...ports, cluster: { ...ports.cluster, rollout } } });
  const waits = setting.store.entries.flatMap((entry) => (entry.phase === 'progress' ? [entry.data.wait] : []));
  const again = waits.find(({ what }) => what.startsWith('trying again'));
  expect(again).toMatchObject({ since: before, impact: 'how far it is there is unknown' });
});
