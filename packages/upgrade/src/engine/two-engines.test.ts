import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProcessModel, quickTiming } from '../testing/process-model.ts';
import { sampleEffects } from '@sealift/testkit/upgrade/sample-upgrade';
import { newSetting, upgradeId } from '../testing/setting.ts';

describe('two engines on one journal', () => {
  test('let one act and the other stand by', async () => {
    const setting = newSetting();
    const [first, second] = await Promise.all([
      new ProcessModel(setting, 'a').engine.run(upgradeId),
      new ProcessModel(setting, 'b').engine.run(upgradeId),
    ]);
    expect(first).toMatchObject({ result: 'rested', state: 'succeeded' });
    expect(second).toMatchObject({ result: 'stopped', reason: 'lease-held' });
    expect(setting.world.effects).toEqual(sampleEffects);
  });

  test('the one that was suspended past its lease never acts again, at whichever effect it was', async () => {
    for (let at = 0; at < sampleEffects.length; at += 1) {
      const setting = newSetting();
      const arrived = Promise.withResolvers<void>();
      const woken = Promise.withResolvers<void>();
      let intents = 0;
      let suspended = false;
      const acts: string[] = [];
      const slow = new ProcessModel(setting, 'slow', null, {
        effect: (name) => void acts.push(name),
        // Suspended between its intent and its effect: it has seen that there is something to do.
        // Its timers stand still, too, and are late when it goes on.
        clock: {
          monotonic: () => setting.clock.monotonic(),
          now: () => setting.clock.now(),
          sleep: async (ms, cancel) => {
            await setting.clock.sleep(ms, cancel);
            if (!suspended || cancel.aborted) return;
            await woken.promise;
            for (let turn = 0; turn < 20; turn += 1) await setImmediate();
          },
        },
        journaled: async ({ phase }) => {
          if (phase !== 'intent' || intents++ !== at) return;
          suspended = true;
          arrived.resolve();
          await woken.promise;
        },
      });
      const slowRun = slow.engine.run(upgradeId);
      await arrived.promise;
      expect(acts).toHaveLength(at);
      setting.clock.advance(quickTiming.leaseTtlMs + 1);
      await setImmediate();
      const outcome = await new ProcessModel(setting, 'quick').engine.run(upgradeId);
      expect(outcome).toMatchObject({ result: 'rested', state: 'succeeded' });
      woken.resolve();
      expect(await slowRun).toMatchObject({ result: 'stopped', reason: 'lease-lost' });
      expect(acts).toHaveLength(at);
      expect(setting.world.effects).toEqual(sampleEffects);
    }
  });

  test('whatever the times at which leases run out, act one at a time and finish', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }), async (pauses) => {
        const setting = newSetting();
        const actors: { holder: string; epoch: number }[] = [];
        const effect = (holder: string) => void actors.push({ holder, epoch: setting.store.epoch });
        const stop = new AbortController();
        const processes = ['a', 'b', 'c'].map(
          (holder) => new ProcessModel(setting, holder, null, { effect: () => effect(holder) }),
        );
        const watching = processes.map(({ engine }) => engine.watch(stop.signal));
        for (const pause of pauses) {
          for (let turn = 0; turn < pause; turn += 1) await setImmediate();
          setting.clock.advance(quickTiming.leaseTtlMs + 1);
        }
        for (let turn = 1; setting.store.state(upgradeId) !== 'succeeded'; turn += 1) {
          await setImmediate();
          if (turn % 500 === 0) setting.clock.advance(quickTiming.leaseTtlMs + 1);
        }
        stop.abort();
        await Promise.all([...watching, ...processes.map(({ engine }) => engine.close())]);
        expect(setting.world.effects).toEqual(sampleEffects);
        const byEpoch = Map.groupBy(actors, ({ epoch }) => epoch);
        for (const group of byEpoch.values()) expect(new Set(group.map(({ holder }) => holder)).size).toBe(1);
      }),
      { numRuns: 60 },
    );
  });
});
