import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstRing, mayGo, type RingMember, ringState } from './ring.ts';

const member = (name: string, more: Partial<RingMember> = {}): RingMember => ({
  name,
  version: '1.0.0',
  held: false,
  granted: false,
  failed: false,
  ...more,
});
const fleet = (count: number): RingMember[] => Array.from({ length: count }, (_, index) => member(`g${index}`));

/** Lets every member ask once, in order, and notes who was let go. */
function askAll(members: RingMember[]): RingMember[] {
  for (const [index, one] of members.entries()) {
    if (mayGo(one, ringState(members, '2.0.0'))) members[index] = { ...one, granted: true };
  }
  return members;
}
const arrived = (one: RingMember): RingMember => (one.granted ? { ...one, version: '2.0.0' } : one);

describe('rings of gateways', () => {
  it('begin with a hundredth, one at least', () => {
    expect([1, 2, 99, 100, 199, 200, 1000].map(firstRing)).toEqual([1, 1, 1, 1, 1, 2, 10]);
  });

  it('let the others go once the first ring runs the version', () => {
    const first = askAll(fleet(200));
    expect(first.filter(({ granted }) => granted)).toHaveLength(2);
    expect(askAll(first).filter(({ granted }) => granted)).toHaveLength(2);
    expect(askAll(first.map(arrived)).filter(({ granted }) => granted)).toHaveLength(200);
  });

  it('halt by themselves at the first failure, in whichever ring', () => {
    const first = askAll(fleet(200));
    const failed = first.map((one, index) => (index === 0 ? { ...one, failed: true } : arrived(one)));
    expect(ringState(failed, '2.0.0')).toMatchObject({ failed: ['g0'], proven: 1 });
    expect(failed.some((one) => one.version === '1.0.0' && mayGo(one, ringState(failed, '2.0.0')))).toBe(false);
  });

  it('leave those that somebody holds, who count for nothing', () => {
    const held = fleet(3).map((one) => ({ ...one, held: true }));
    expect(ringState(held, '2.0.0')).toMatchObject({ total: 0, trying: [] });
    expect(held.some((one) => mayGo(one, ringState(held, '2.0.0')))).toBe(false);
  });

  it('never have more than a hundredth (one at least) touched by a version that no gateway can run', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1200 }), fc.array(fc.nat(), { maxLength: 60 }), (count, order) => {
        const members = fleet(count);
        for (const asks of order) {
          const index = asks % count;
          const one = members[index];
          if (one === undefined) continue;
          // Whoever was let go before has tried it by now, and is back.
          if (one.granted) members[index] = { ...one, failed: true };
          else if (mayGo(one, ringState(members, '2.0.0'))) members[index] = { ...one, granted: true };
        }
        expect(members.filter(({ granted }) => granted).length).toBeLessThanOrEqual(firstRing(count));
      }),
    );
  });
});
