import fc from 'fast-check';
import { SealiftError } from '@sealift/core/errors';
import { describe, expect, test } from 'vitest';
import { type CrashPoint, ProcessModel, type ProcessHooks } from '../testing/process-model.ts';
import { sampleEffects, sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { newSetting, type Setting, upgradeId } from '../testing/setting.ts';

/** Runs processes until the upgrade rests: each dies at its crash point, the last ones live. */
async function runOn(setting: Setting, crashes: readonly CrashPoint[], hooks: ProcessHooks = {}): Promise<void> {
  for (let index = 0; index < crashes.length + 3; index += 1) {
    const outcome = await new ProcessModel(setting, `p${index}`, crashes[index] ?? null, hooks).engine.run(upgradeId);
    if (outcome.result === 'rested') return;
    if (outcome.reason === 'paused') return;
    setting.store.expireLease();
  }
}

const crashPoint = fc.record({
  write: fc.integer({ min: 1, max: 25 }),
  when: fc.constantFrom<CrashPoint['when'][]>('before', 'after'),
});

describe('whatever the crashes', () => {
  test('an upgrade that is paused anywhere, and resumed, finishes with each effect once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(crashPoint, { maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
        async (crashes, pauses) => {
          const setting = newSetting();
          let lines = 0;
          const journaled = () => {
            lines += 1;
            if (pauses.includes(lines) && setting.store.state(upgradeId) === 'running') {
              setting.store.byHand(upgradeId, 'pause');
            }
          };
          for (let resumed = 0; setting.store.state(upgradeId) !== 'succeeded' && resumed < 12; resumed += 1) {
            await runOn(setting, crashes.slice(resumed), { journaled });
            if (setting.store.state(upgradeId) === 'paused') setting.store.byHand(upgradeId, 'resume');
            setting.store.expireLease();
          }
          expect(setting.store.state(upgradeId)).toBe('succeeded');
          expect(setting.world.effects).toEqual(sampleEffects);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('an upgrade that is aborted anywhere opens the console and does nothing more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(crashPoint, { maxLength: 4 }),
        fc.integer({ min: 0, max: sampleEffects.length - 2 }),
        async (crashes, at) => {
          const setting = newSetting();
          const effect = (name: string) => {
            if (name === sampleEffects[at] && setting.store.state(upgradeId) === 'running') {
              setting.store.byHand(upgradeId, 'abort');
            }
          };
          await runOn(setting, crashes, { effect });
          expect(setting.store.state(upgradeId)).toBe('aborted');
          expect(setting.world.lockedBy).toBeNull();
          const others = setting.world.effects.filter((name) => name !== 'unlock');
          expect(others).toEqual(sampleEffects.slice(0, others.length));
          expect(others.length).toBeLessThanOrEqual(at + 1);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a step that cannot succeed ends in failed with the console open, or in needs-human with it locked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(crashPoint, { maxLength: 4 }),
        fc.constantFrom('import r_new', 'roll workers 1.26.10', 'install 4.2.13'),
        async (crashes, broken) => {
          const setting = newSetting();
          const effect = (name: string) => {
            if (name === broken) throw new SealiftError('INPUT_INVALID', { values: { what: name, reason: 'broken' } });
          };
          await runOn(setting, crashes, { effect });
          const early = broken === 'import r_new';
          expect(setting.store.state(upgradeId)).toBe(early ? 'failed' : 'needs-human');
          expect(setting.world.lockedBy).toBe(early ? null : upgradeId);
          const expected = new Set([
            ...sampleEffects.slice(0, sampleEffects.indexOf(broken)),
            ...(early ? ['unlock'] : []),
          ]);
          expect(new Set(setting.world.effects)).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('an abort of an upgrade that has not begun opens the console', async () => {
  const setting = newSetting(sampleUpgrade(), 'aborting');
  setting.world.lockedBy = upgradeId;
  await runOn(setting, []);
  expect(setting.store.state(upgradeId)).toBe('aborted');
  expect(setting.world.effects).toEqual(['unlock']);
});

test('an abort that cannot open the console needs a person, and says why', async () => {
  const setting = newSetting(sampleUpgrade(), 'aborting');
  setting.world.lockedBy = upgradeId;
  await runOn(setting, [], {
    effect: () => {
      throw new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'refused' } });
    },
  });
  expect(setting.store.entries.at(-1)?.data).toMatchObject({
    state: 'needs-human',
    failure: { code: 'INPUT_INVALID' },
  });
});

describe('an abort in the middle of a rollout', () => {
  const aborted = async (letGo: (attempt: number) => void, endsAfter = 1): Promise<Setting> => {
    const setting = newSetting();
    let attempts = 0;
    const effect = (name: string): void => {
      if (name === 'roll control-plane 1.26.10') {
        setting.world.held.add('control-plane');
        setting.store.byHand(upgradeId, 'abort');
      }
      if (name === 'let go of control-plane') letGo((attempts += 1));
    };
    await runOn(setting, [], { effect });
    expect(attempts).toBe(endsAfter);
    expect(setting.store.state(upgradeId)).toBe('aborted');
    expect(setting.world.lockedBy).toBeNull();
    return setting;
  };

  test('lets go of what is held for it, and what was asked for stays', async () => {
    const { world } = await aborted(() => undefined);
    expect(world.held.size).toBe(0);
    expect(world.groups['control-plane'].desired.version).toBe('1.26.10');
  });

  test('tries again where that fails for the moment', async () => {
    const { world } = await aborted((attempt) => {
      if (attempt < 3) throw new SealiftError('KUBERNETES_UNAVAILABLE', { values: { reason: 'busy' } });
    }, 3);
    expect(world.held.size).toBe(0);
  });

  test.each([
    ['for good', 'KUBERNETES_REFUSED', 1],
    ['again and again', 'KUBERNETES_UNAVAILABLE', 6],
  ] as const)('is told of and ends all the same where that fails %s', async (_, code, attempts) => {
    const { store } = await aborted(() => {
      throw code === 'KUBERNETES_REFUSED'
        ? new SealiftError(code, { values: { verb: 'change', object: 'Machine a', reason: 'no right' } })
        : new SealiftError(code, { values: { reason: 'busy' } });
    }, attempts);
    const failures = store.entries.filter(({ phase }) => phase === 'failure');
    expect(failures).toMatchObject([{ stepId: '0-control-plane', data: { direction: 'back', failure: { code } } }]);
  });

  test('lets go too where it first needed a person', async () => {
    const setting = newSetting();
    const { store, world } = setting;
    const refuses = (name: string): void => {
      if (name !== 'roll control-plane 1.26.10') return;
      world.held.add('control-plane');
      throw new SealiftError('ROLLOUT_FAILED', { values: { group: 'control-plane', reason: 'x', remedy: 'y' } });
    };
    await runOn(setting, [], { effect: refuses });
    expect(store.state(upgradeId)).toBe('needs-human');
    expect(world.held).toEqual(new Set(['control-plane']));
    store.byHand(upgradeId, 'abort');
    await runOn(setting, []);
    expect(store.state(upgradeId)).toBe('aborted');
    expect(world.held.size).toBe(0);
    expect(world.lockedBy).toBeNull();
  });

  test('is not told as taken back', async () => {
    const { store } = await aborted(() => undefined);
    const lines = store.entries.filter(({ stepId }) => stepId === '0-control-plane');
    expect(lines.some(({ phase }) => phase === 'evidence')).toBe(false);
  });
});
