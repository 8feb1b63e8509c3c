import { afterAll, beforeAll, expect, it } from 'vitest';
import { KilledSwaps, type Role, roles } from './setup/killed-swap.ts';

let swaps: KilledSwaps;
beforeAll(async () => {
  swaps = await KilledSwaps.start();
}, 120_000);
afterAll(() => swaps?.site.stop(), 60_000);

/** No process of a swap changes more on the disk. */
const most = 200;
const atOnce = 3;

it('changes the disk by the one who judges and by both agents; the keeper on trial only proves itself', async () => {
  const { 'trial-keeper': onTrial, ...others } = await swaps.count();
  expect(onTrial).toBe(0);
  for (const count of Object.values(others)) expect(count).toBeGreaterThan(0);
}, 180_000);

it.each(roles.filter((role) => role !== 'trial-keeper'))(
  'a gateway whose %s is killed before each change that it makes on the disk ends as the new one',
  async (role: Role) => {
    const calls = new Set<string>();
    let at = 1;
    for (let isOver = false; !isOver && at < most; at += atOnce) {
      const killed = await Promise.all(Array.from({ length: atOnce }, (_, index) => swaps.killAt(role, at + index)));
      for (const call of killed) if (call !== null) calls.add(call);
      isOver = killed.includes(null);
    }
    expect(at).toBeLessThan(most);
    expect(calls.size).toBeGreaterThan(0);
  },
  60 * 60_000,
);
