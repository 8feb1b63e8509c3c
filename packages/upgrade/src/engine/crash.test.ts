import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overallFraction, progressOf } from '@sealift/core/upgrade';
import { type CrashPoint, ProcessModel } from '../testing/process-model.ts';
import { sampleEffects, sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { newSetting, upgradeId } from '../testing/setting.ts';

/** Runs processes one after another, each to its crash, then one that lives. */
async function survive(crashes: readonly CrashPoint[]) {
  const setting = newSetting();
  for (const [index, crash] of crashes.entries()) {
    const outcome = await new ProcessModel(setting, `process-${index}`, crash).engine.run(upgradeId);
    if (outcome.result === 'rested') break;
    setting.store.expireLease();
  }
  const last = new ProcessModel(setting, 'last');
  const outcome = await last.engine.run(upgradeId);
  return { ...setting, outcome, writes: last.writes };
}

/** An unlock that took place, with its line lost, is found done; nothing else may ever repeat. */
function expectFinishedOnce({ world, store, outcome }: Awaited<ReturnType<typeof survive>>) {
  expect(outcome).toEqual({ upgradeId, result: 'rested', state: 'succeeded' });
  expect(world.effects).toEqual(sampleEffects);
  expect(world).toMatchObject({ installed: '4.2.13', lockedBy: null });
  expect(store.state(upgradeId)).toBe('succeeded');
}

describe('an engine whose process dies', () => {
  test('finishes, with each effect once, after a crash before or after every single write', async () => {
    const { writes } = await survive([]);
    expect(writes).toBeGreaterThan(30);
    for (let write = 1; write <= writes; write += 1) {
      for (const when of ['before', 'after'] as const) expectFinishedOnce(await survive([{ write, when }]));
    }
  });

  test('finishes, with each effect once, after any series of crashes', async () => {
    const crash = fc.record({ write: fc.integer({ min: 1, max: 25 }), when: fc.constantFrom('before', 'after') });
    await fc.assert(
      fc.asyncProperty(fc.array(crash, { maxLength: 12 }), async (crashes) => {
        expectFinishedOnce(await survive(crashes));
      }),
      { numRuns: 150 },
    );
  });

  test('shows progress that never runs backwards', async () => {
    const { store } = await survive([
      { write: 9, when: 'after' },
      { write: 12, when: 'before' },
    ]);
    const { plan } = sampleUpgrade();
    const fractions = store.entries.map((_, index) =>
      overallFraction(progressOf(plan, store.entries.slice(0, index + 1))),
    );
    expect(fractions.toSorted((a, b) => a - b)).toEqual(fractions);
    expect(fractions.at(-1)).toBe(1);
  });
});
