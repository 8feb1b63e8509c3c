import { SealiftError } from '@sealift/core/errors';
import { failureOf, progressOf, type FrozenUpgrade } from '@sealift/core/upgrade';
import { sampleEffects, sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { describe, expect, test } from 'vitest';
import { quickTiming, runOnce } from '../testing/process-model.ts';
import { newSetting, upgradeId } from '../testing/setting.ts';

describe('a failure of a step', () => {
  const passing = () => new SealiftError('SIMULATOR_UNREACHABLE', { values: { reason: 'passes' } });
  const lasting = () => new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'lasts' } });

  test('that passes is tried again until it works', async () => {
    const setting = newSetting();
    let failures = 20;
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('roll') && failures-- > 0) throw passing();
      },
    });
    expect(outcome).toMatchObject({ state: 'succeeded' });
    expect(setting.world.effects).toEqual(sampleEffects);
  });

  test('that lasts, before anything that stays, opens the console again', async () => {
    const setting = newSetting();
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name === 'import r_new') throw lasting();
      },
    });
    expect(outcome).toMatchObject({ state: 'failed' });
    expect(setting.world.effects).toEqual(['lock', 'backup', 'unlock']);
    expect(setting.store.entries.at(-1)?.data).toMatchObject({ state: 'failed', failure: { code: 'INPUT_INVALID' } });
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('that lasts, after the cluster was changed, needs a person and goes on where it stopped', async () => {
    const setting = newSetting();
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('apply platform')) throw lasting();
      },
    });
    expect(outcome).toMatchObject({ state: 'needs-human' });
    expect(setting.world.lockedBy).toBe(upgradeId);
    const steps = progressOf(sampleUpgrade().plan, setting.store.entries);
    expect(steps.find(({ id }) => id === '0-layer-addon-platform')).toMatchObject({ state: 'failed' });
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'INPUT_INVALID' });
    setting.store.byHand(upgradeId, 'resume');
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'succeeded' });
    expect(setting.world.effects).toEqual(sampleEffects);
    expect(failureOf(setting.store.entries)).toBeNull();
  });

  test('without a name is tried a few times, then needs a person', async () => {
    const setting = newSetting();
    let attempts = 0;
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (!name.startsWith('roll')) return;
        attempts += 1;
        throw new TypeError('unexpected');
      },
    });
    expect(outcome).toMatchObject({ state: 'needs-human' });
    expect(attempts).toBe(5);
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'INTERNAL' });
  });

  test('by its deadline says what it was waiting for', async () => {
    const setting = newSetting();
    setting.world.templates.set('r_new', {
      name: 'r_new',
      sha256: null,
      kubernetes: '1.26.10',
      poweredOn: true,
      marked: true,
    });
    const outcome = await runOnce(setting, 'a', null, {
      timing: { ...quickTiming, deadlineMs: 1000 },
      journaled: ({ stepId, phase }) => {
        if (stepId === '0-template' && phase === 'progress') setting.clock.advance(1000);
      },
    });
    expect(outcome).toMatchObject({ state: 'failed' });
    expect(failureOf(setting.store.entries)).toMatchObject({
      code: 'STEP_DEADLINE',
      message: expect.stringContaining('the VM r_new is powered on'),
    });
  });
});

describe('an upgrade of layers only', () => {
  /** The sample upgrade without its node image. */
  function layersOnly(): FrozenUpgrade {
    const upgrade = sampleUpgrade();
    const kept = new Set(['lock-console', 'backup', 'layer', 'remove-layer', 'validate', 'unlock-console']);
    const [hop] = upgrade.plan.hops;
    const steps = hop?.steps ?? [];
    steps.splice(0, steps.length, ...steps.filter(({ kind }) => kept.has(kind)));
    return upgrade;
  }

  test('that fails between two layers needs a person, and keeps the console locked', async () => {
    const setting = newSetting(layersOnly());
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('apply platform'))
          throw new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'y' } });
      },
    });
    expect(outcome).toMatchObject({ result: 'rested', state: 'needs-human' });
    expect(setting.world.effects).toEqual(['lock', 'backup', 'apply cni-calico 3.26.1']);
    expect(setting.world.lockedBy).toBe(upgradeId);
  });
});

describe('what is taken back', () => {
  test('and does not come to its end by the deadline needs a person, and says so', async () => {
    const setting = newSetting();
    const passing = new SealiftError('SIMULATOR_UNREACHABLE', { values: { reason: 'passes' } });
    const lasting = new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'lasts' } });
    const outcome = await runOnce(setting, 'a', null, {
      timing: { ...quickTiming, deadlineMs: 1000 },
      effect: (name) => {
        if (name === 'import r_new') throw lasting;
        if (name === 'unlock') throw passing;
      },
      journaled: ({ phase, ...line }) => {
        if (phase === 'progress' && 'direction' in line.data && line.data.direction === 'back')
          setting.clock.advance(1000);
      },
    });
    expect(outcome).toMatchObject({ result: 'rested', state: 'needs-human' });
    expect(setting.world.lockedBy).toBe(upgradeId);
    expect(setting.store.entries.filter(({ phase }) => phase === 'failure')).toMatchObject([
      { stepId: '0-template', data: { direction: 'forward', failure: { code: 'INPUT_INVALID' } } },
      { stepId: '0-lock-console', data: { direction: 'back', failure: { code: 'STEP_DEADLINE' } } },
    ]);
  });
});
