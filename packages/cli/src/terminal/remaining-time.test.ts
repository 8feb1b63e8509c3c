import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clock, RemainingTime } from './remaining-time.ts';

describe('the remaining time', () => {
  it('is near the truth for steady work, and unsaid at the begin', () => {
    let at = 0;
    const remaining = new RemainingTime(() => at);
    const said: (number | undefined)[] = [];
    for (let second = 0; second <= 100; second += 1) {
      at = second * 1000;
      said.push(remaining.update(second / 100));
    }
    expect(said.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    for (let second = 3; second <= 100; second += 1) {
      expect(said[second]).toBeGreaterThanOrEqual(100 - second);
      expect(said[second]).toBeLessThanOrEqual(100 - second + 1);
    }
  });

  it('does not jump when the line stands still for a moment', () => {
    let at = 0;
    const remaining = new RemainingTime(() => at);
    for (let second = 0; second <= 50; second += 1) {
      at = second * 1000;
      remaining.update(second / 100);
    }
    at += 1000;
    expect(remaining.update(0.5)).toBeLessThan(60);
  });

  it('is never negative and never endless, whatever the work does', () => {
    const steps = fc.array(
      fc.record({ afterMs: fc.nat(20_000), fraction: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(steps, (list) => {
        let at = 0;
        const remaining = new RemainingTime(() => at);
        for (const { afterMs, fraction } of list) {
          at += afterMs;
          const seconds = remaining.update(fraction);
          if (seconds !== undefined && !(Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= 99 * 3600))
            return false;
        }
        return true;
      }),
    );
  });

  it('reads as a clock', () => {
    expect([7, 750, 11_100].map(clock)).toEqual(['0:07', '12:30', '3:05:00']);
  });
});
