import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagesThrough, kubeletSkew, minorsBetween, planRollouts, skippedMinor } from './kubernetes-path.ts';

const image = (kubernetes: string) => ({ kubernetes });
const minors = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => image(`1.${from + 1 + index}.${index}`));
const told = (from: string, through: readonly { readonly kubernetes: string }[]) =>
  planRollouts(from, through).map(({ group, image: { kubernetes } }) => `${group} ${kubernetes}`);

describe('the rollouts of a path', () => {
  it('are two where no minor is in between', () => {
    expect(told('1.36.3', [image('1.37.2')])).toEqual(['control-plane 1.37.2', 'workers 1.37.2']);
    expect(told('1.36.3', [image('1.36.4')])).toEqual(['control-plane 1.36.4', 'workers 1.36.4']);
  });

  it('leave the workers behind as far as they may be', () => {
    expect(told('1.34.1', minors(34, 37))).toEqual([
      'control-plane 1.35.0',
      'control-plane 1.36.1',
      'control-plane 1.37.2',
      'workers 1.37.2',
    ]);
    // Four of the control plane, two of the workers.
    expect(told('1.33.1', minors(33, 37))).toEqual([
      'control-plane 1.34.0',
      'control-plane 1.35.1',
      'control-plane 1.36.2',
      'workers 1.36.2',
      'control-plane 1.37.3',
      'workers 1.37.3',
    ]);
  });

  const starts = fc.integer({ min: 20, max: 40 });
  const lengths = fc.integer({ min: 1, max: 9 });

  it('never skip a minor of the control plane, never go back, and keep every kubelet within its skew', () => {
    fc.assert(
      fc.property(starts, lengths, (start, length) => {
        const state = { 'control-plane': `1.${start}.0`, workers: `1.${start}.0` };
        const through = minors(start, start + length);
        for (const {
          group,
          image: { kubernetes },
        } of planRollouts(`1.${start}.0`, through)) {
          const step = minorsBetween(state[group], kubernetes);
          expect(step).toBeGreaterThan(0);
          if (group === 'control-plane') expect(step).toBe(1);
          state[group] = kubernetes;
          // While it rolls, workers run what they ran: those are the ones that may be too far behind.
          const behind = minorsBetween(state.workers, state['control-plane']);
          expect(behind).toBeGreaterThanOrEqual(0);
          expect(behind).toBeLessThanOrEqual(kubeletSkew(state.workers));
        }
        expect(new Set(Object.values(state))).toEqual(new Set([through.at(-1)?.kubernetes]));
      }),
    );
  });

  it('roll the workers as seldom as can be', () => {
    /** The fewest rollouts, by trying every choice of places after which workers are rolled. */
    const fewest = (start: number, length: number): number => {
      let best = Number.POSITIVE_INFINITY;
      for (let choice = 0; choice < 2 ** (length - 1); choice += 1) {
        let workers = start;
        let count = 1;
        let isAllowed = true;
        for (let at = 1; at <= length; at += 1) {
          isAllowed &&= start + at - workers <= kubeletSkew(`1.${workers}.0`);
          if (at < length && (choice & (1 << (at - 1))) !== 0) {
            workers = start + at;
            count += 1;
          }
        }
        if (isAllowed) best = Math.min(best, count);
      }
      return best;
    };
    fc.assert(
      fc.property(starts, lengths, (start, length) => {
        const plan = planRollouts(`1.${start}.0`, minors(start, start + length));
        expect(plan.filter(({ group }) => group === 'workers')).toHaveLength(fewest(start, length));
      }),
    );
  });
});

describe('the images of a path', () => {
  it('are those that are still before the control plane, oldest first', () => {
    const between = [image('1.36.3'), image('1.34.9'), image('1.35.4')];
    const last = image('1.37.2');
    const from = (version: string) => imagesThrough(version, between, last).map(({ kubernetes }) => kubernetes);
    expect(from('1.34.1')).toEqual(['1.35.4', '1.36.3', '1.37.2']);
    expect(from('1.36.0')).toEqual(['1.37.2']);
    expect(from('1.37.1')).toEqual(['1.37.2']);
  });

  it('tell which minor is skipped', () => {
    expect(skippedMinor('1.34.1', [image('1.35.4'), image('1.37.2')])).toBe('1.36');
    expect(skippedMinor('1.34.1', [image('1.36.4'), image('1.37.2')])).toBe('1.35');
    expect(skippedMinor('1.34.1', [image('1.35.4'), image('1.36.2')])).toBeUndefined();
    expect(skippedMinor('1.34.1', [image('2.0.0')])).toBe('1.35');
  });
});

it('a kubelet may be three minors behind, and before 1.25 two', () => {
  expect([kubeletSkew('1.24.17'), kubeletSkew('v1.25.0'), kubeletSkew('1.37.2')]).toEqual([2, 3, 3]);
});
