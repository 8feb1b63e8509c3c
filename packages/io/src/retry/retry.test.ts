import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withRetry } from './retry.ts';

/** Work that fails as often as told, and says how often it was tried. */
function failing(failures: number) {
  const work = {
    calls: 0,
    run: async (): Promise<string> => {
      work.calls += 1;
      if (work.calls <= failures) throw new Error(`failure ${work.calls}`);
      return 'done';
    },
  };
  return work;
}

const passes = (): boolean => true;

describe('retrying', () => {
  it('tries again as often as there are pauses, and fails with the last failure', async () => {
    const enough = failing(2);
    expect(await withRetry(enough.run, { passes, delaysMs: [0, 0] })).toBe('done');
    const tooFew = failing(3);
    await expect(withRetry(tooFew.run, { passes, delaysMs: [0, 0] })).rejects.toThrow('failure 3');
    expect(tooFew.calls).toBe(3);
  });

  it('does not repeat what does not pass', async () => {
    const work = failing(1);
    await expect(withRetry(work.run, { passes: () => false, delaysMs: [0] })).rejects.toThrow('failure 1');
    expect(work.calls).toBe(1);
  });

  it('counts anew when an attempt came farther than any before, and not when it came as far again', async () => {
    const work = failing(100);
    const position = (): number => Math.min(work.calls, 20);
    await expect(withRetry(work.run, { passes, delaysMs: [0, 0], position })).rejects.toThrow('failure 22');
  });

  it('waits as long as it was asked to, and says so', async () => {
    const told: unknown[] = [];
    const rules = { passes, delaysMs: [3_600_000], askedMs: () => 0 };
    await withRetry(failing(1).run, { ...rules, onRetry: (attempt, delayMs) => told.push([attempt, delayMs]) });
    expect(told).toEqual([[1, 0]]);
  });

  it('stops waiting when it is cancelled', async () => {
    const stop = new AbortController();
    const rules = { passes, delaysMs: [3_600_000], cancel: stop.signal, onRetry: () => stop.abort() };
    await expect(withRetry(failing(1).run, rules)).rejects.toMatchObject({ code: 'CANCELLED' });
    const cancelled = (): Error => new Error('of its own');
    await expect(withRetry(failing(1).run, { ...rules, cancelled })).rejects.toThrow('of its own');
  });

  it('spreads pauses over the upper half of each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 3_600_000 }), async (longest) => {
        const stop = new AbortController();
        const onRetry = (_: number, delayMs: number): void => {
          expect(delayMs).toBeGreaterThanOrEqual(Math.floor(longest / 2));
          expect(delayMs).toBeLessThanOrEqual(longest);
          stop.abort();
        };
        const rules = { passes, delaysMs: [longest], jitter: true, cancel: stop.signal, onRetry };
        await expect(withRetry(failing(1).run, rules)).rejects.toMatchObject({ code: 'CANCELLED' });
      }),
    );
  });
});
