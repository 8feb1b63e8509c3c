import { SealiftError } from '@sealift/core/errors';
import { failureOf, type UpgradeState } from '@sealift/core/upgrade';
import {
  backEffects,
  exportOf,
  patchEffects,
  type PatchOptions,
  patchUpgrade,
  patchUpgradeOfTwoHops,
  runBefore,
  twoHopEffects,
} from '@sealift/testkit/upgrade/patch-upgrade';
import { describe, expect, test } from 'vitest';
import { ProcessModel, runOnce } from '../testing/process-model.ts';
import { newSetting, type Setting, upgradeId } from '../testing/setting.ts';

function settingOf(options: PatchOptions = {}, hash?: string): Setting {
  const upgrade = patchUpgrade(options);
  const setting = newSetting(upgrade);
  if (hash !== undefined) setting.store.add(upgradeId, upgrade, 'running', hash);
  runBefore(setting.world);
  return setting;
}

const lasting = () => new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'lasts' } });

/** An upgrade that was paused by a person straight after one of its effects. */
async function pausedAfter(effect: string, options: PatchOptions = {}): Promise<Setting & { readonly before: string }> {
  const setting = settingOf(options);
  const before = exportOf(setting.world);
  await runOnce(setting, 'a', null, {
    effect: (name) => {
      if (name === effect) setting.store.byHand(upgradeId, 'pause');
    },
  });
  expect(setting.world.effects.at(-1)).toBe(effect);
  return { ...setting, before };
}

/** The effects that take back everything up to one, the last first, with the console locked around them. */
function expectedBack(effect: string): string[] {
  const done = patchEffects.slice(0, patchEffects.indexOf(effect) + 1);
  return done.toReversed().flatMap((one) => backEffects[one] ?? []);
}

/** The steps of the plan after which a person can pause it. */
const stops = patchEffects.slice(0, -1);

describe('an upgrade that is rolled back', () => {
  test.each(stops)('after “%s” leaves layers, values and record as they were', async (effect) => {
    const { before, ...setting } = await pausedAfter(effect);
    const forward = [...setting.world.effects];
    setting.store.byHand(upgradeId, 'rollback');
    expect(await runOnce(setting, 'b')).toMatchObject({ result: 'rested', state: 'rolled-back' });
    expect(exportOf(setting.world)).toBe(before);
    expect(setting.world.effects).toEqual([...forward, ...expectedBack(effect), 'unlock']);
  });

  test('ends so after a crash before or after every single write, and takes nothing back twice', async () => {
    const undisturbed = await pausedAfter('install 4.2.13');
    undisturbed.store.byHand(upgradeId, 'rollback');
    const whole = new ProcessModel(undisturbed, 'b');
    await whole.engine.run(upgradeId);
    expect(whole.writes).toBeGreaterThan(15);
    for (let write = 1; write <= whole.writes; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const { before, ...setting } = await pausedAfter('install 4.2.13');
        const forward = setting.world.effects.length;
        setting.store.byHand(upgradeId, 'rollback');
        await new ProcessModel(setting, 'b', { write, when }).engine.run(upgradeId);
        setting.store.expireLease();
        expect(await new ProcessModel(setting, 'c').engine.run(upgradeId)).toMatchObject({ state: 'rolled-back' });
        expect(exportOf(setting.world)).toBe(before);
        expect(setting.world.effects.slice(forward)).toEqual([...expectedBack('install 4.2.13'), 'unlock']);
      }
    }
  });

  test('after an abort locks the console first, and takes back what the abort had left', async () => {
    const { before, ...setting } = await pausedAfter('apply monitor 1.0.0');
    setting.store.byHand(upgradeId, 'abort');
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'aborted' });
    expect(setting.world.lockedBy).toBeNull();
    const forward = setting.world.effects.length;
    setting.store.byHand(upgradeId, 'rollback');
    expect(await runOnce(setting, 'c')).toMatchObject({ state: 'rolled-back' });
    expect(exportOf(setting.world)).toBe(before);
    expect(setting.world.effects.slice(forward)).toEqual(['lock', ...expectedBack('apply monitor 1.0.0'), 'unlock']);
  });

  test('writes nothing of the former values into its journal', async () => {
    const setting = await pausedAfter('install 4.2.13');
    setting.store.byHand(upgradeId, 'rollback');
    await runOnce(setting, 'b');
    expect(JSON.stringify(setting.store.entries)).not.toMatch(/swordfish|hunter2|replicas/);
  });

  test('after which the same upgrade does everything again', async () => {
    const setting = await pausedAfter('install 4.2.13');
    setting.store.byHand(upgradeId, 'rollback');
    await runOnce(setting, 'b');
    const second = newSetting(patchUpgrade());
    second.world.layers.splice(0, Number.POSITIVE_INFINITY, ...setting.world.layers);
    await runOnce(second, 'c');
    expect(second.world.effects).toEqual(patchEffects);
  });
});

describe('an upgrade over two hops that is rolled back', () => {
  const stopsOfBoth = twoHopEffects.slice(0, -1).map(([effect], done) => ({ effect, done }));

  test.each(stopsOfBoth)(
    'after “$effect” ($done) goes back through both, to what was there before the first',
    async ({ done }) => {
      const upgrade = patchUpgradeOfTwoHops();
      const setting = newSetting(upgrade);
      runBefore(setting.world);
      const before = exportOf(setting.world);
      let seen = -1;
      await runOnce(setting, 'a', null, {
        effect: () => {
          seen += 1;
          if (seen === done) setting.store.byHand(upgradeId, 'pause');
        },
      });
      const forward = [...setting.world.effects];
      expect(forward).toEqual(twoHopEffects.slice(0, done + 1).map(([effect]) => effect));
      setting.store.byHand(upgradeId, 'rollback');
      expect(await runOnce(setting, 'b')).toMatchObject({ state: 'rolled-back' });
      expect(exportOf(setting.world)).toBe(before);
      const back = twoHopEffects.slice(0, done + 1).flatMap(([, undo]) => undo ?? []);
      expect(setting.world.effects.slice(forward.length)).toEqual([...back.toReversed(), 'unlock']);
    },
  );
});

describe('the way back', () => {
  const refused = async (options: PatchOptions): Promise<void> => {
    const setting = await pausedAfter('apply platform 4.2.13', options);
    const forward = [...setting.world.effects];
    setting.store.byHand(upgradeId, 'rollback');
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'rollback-needs-human' });
    // To resume it would be refused again: what leads on is to end it.
    expect(failureOf(setting.store.entries)).toMatchObject({
      code: 'UPGRADE_ROLLBACK_SHUT',
      hint: expect.stringMatching(/^End it \(abort\)/),
    });
    expect(setting.world.effects).toEqual(forward);
  };

  test('is shut once a step was begun that cannot be taken back, and nothing is touched', () =>
    refused({ oneWay: '0-layer-cni-cni-calico' }));

  test('is shut where nobody kept what ran before', () => refused({ withoutBefore: true }));

  test('is open as long as such a step was not begun', async () => {
    const { before, ...setting } = await pausedAfter('apply platform 4.2.13', { oneWay: '0-validate' });
    setting.store.byHand(upgradeId, 'rollback');
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'rolled-back' });
    expect(exportOf(setting.world)).toBe(before);
  });
});

describe('a failure', () => {
  const failAt = async (effect: string, options: PatchOptions, hash?: string) => {
    const setting = settingOf(options, hash);
    const before = exportOf(setting.world);
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name === effect) throw lasting();
      },
    });
    return { ...setting, before, outcome };
  };

  test('rolls back by itself where that was approved, and says what failed', async () => {
    const { before, outcome, world, store } = await failAt('apply monitor 1.0.0', { onFailure: 'roll-back' });
    expect(outcome).toMatchObject({ state: 'rolled-back' });
    expect(exportOf(world)).toBe(before);
    expect(failureOf(store.entries)).toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('waits for a person where nothing was approved', async () => {
    const { outcome, world } = await failAt('apply monitor 1.0.0', {});
    expect(outcome).toMatchObject({ state: 'needs-human' });
    expect(world.effects.at(-1)).toBe('apply platform 4.2.13');
  });

  test('never rolls back by itself across a step that cannot be taken back', async () => {
    const { outcome, world } = await failAt('apply monitor 1.0.0', {
      onFailure: 'roll-back',
      oneWay: '0-layer-addon-platform',
    });
    expect(outcome).toMatchObject({ state: 'needs-human' });
    expect(world.effects.at(-1)).toBe('apply platform 4.2.13');
  });

  test('of the step itself that cannot be taken back is not rolled back either', async () => {
    const { outcome } = await failAt('apply monitor 1.0.0', {
      onFailure: 'roll-back',
      oneWay: '0-layer-addon-monitor',
    });
    expect(outcome).toMatchObject({ state: 'needs-human' });
  });

  test('before anything was changed ends it as failed, whatever was approved', async () => {
    const { outcome, world } = await failAt('backup', { onFailure: 'roll-back' });
    expect(outcome).toMatchObject({ state: 'failed' });
    expect(world.effects).toEqual(['lock', 'unlock']);
  });
});

describe('what is not the approved plan', () => {
  test('is not followed on the way back either, by a person or by itself', async () => {
    const setting = await pausedAfter('apply platform 4.2.13', { onFailure: 'roll-back' });
    const forward = [...setting.world.effects];
    const other = patchUpgrade({ onFailure: 'roll-back' });
    setting.store.add(upgradeId, other, 'running', 'f'.repeat(64));
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'needs-human' });
    setting.store.byHand(upgradeId, 'rollback');
    expect(await runOnce(setting, 'c')).toMatchObject({ state: 'rollback-needs-human' });
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'UPGRADE_HASH_MISMATCH' });
    expect(setting.world.effects).toEqual(forward);
  });
});

describe('a rollback', () => {
  const begun = async (stop: (setting: Setting) => void, at = 'apply legacy 1.0.0') => {
    const { before, ...setting } = await pausedAfter('remove legacy');
    setting.store.byHand(upgradeId, 'rollback');
    const outcome = await runOnce(setting, 'b', null, {
      effect: (name) => {
        if (name === at) stop(setting);
      },
    });
    return { setting, before, outcome };
  };
  const states = (setting: Setting): UpgradeState | null => setting.store.state(upgradeId);

  test('that cannot go on needs a person, says why, and goes on when it is resumed', async () => {
    const { setting, before } = await begun(() => {
      throw lasting();
    });
    expect(states(setting)).toBe('rollback-needs-human');
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'INPUT_INVALID' });
    expect(setting.world.lockedBy).toBe(upgradeId);
    setting.store.byHand(upgradeId, 'resume');
    expect(await runOnce(setting, 'c')).toMatchObject({ state: 'rolled-back' });
    expect(exportOf(setting.world)).toBe(before);
  });

  test('is paused at a safe point, and goes on back', async () => {
    const { setting, before, outcome } = await begun(({ store }) => void store.byHand(upgradeId, 'pause'));
    expect(outcome).toMatchObject({ result: 'stopped', reason: 'paused' });
    expect(setting.world.effects.at(-1)).toBe('apply legacy 1.0.0');
    setting.store.byHand(upgradeId, 'resume');
    expect(await runOnce(setting, 'c')).toMatchObject({ state: 'rolled-back' });
    expect(exportOf(setting.world)).toBe(before);
  });

  test('is aborted at a safe point: the console opens, and the rest stays until it is rolled back again', async () => {
    const { setting, before, outcome } = await begun(({ store }) => void store.byHand(upgradeId, 'abort'));
    expect(outcome).toMatchObject({ result: 'rested', state: 'aborted' });
    expect(setting.world.effects.slice(-2)).toEqual(['apply legacy 1.0.0', 'unlock']);
    setting.store.byHand(upgradeId, 'rollback');
    expect(await runOnce(setting, 'c')).toMatchObject({ state: 'rolled-back' });
    expect(exportOf(setting.world)).toBe(before);
  });

  test('takes nothing more back than its plan says: what stays, stays', async () => {
    const setting = await pausedAfter('install 4.2.13');
    setting.store.byHand(upgradeId, 'rollback');
    await runOnce(setting, 'b');
    expect(setting.world).toMatchObject({ storageIdentity: { unique: true }, staleVersions: [] });
  });
});
