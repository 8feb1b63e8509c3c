import { afterAll, beforeAll, expect, it } from 'vitest';
import { KilledSwaps } from './setup/killed-swap.ts';

let swaps: KilledSwaps;
beforeAll(async () => {
  swaps = await KilledSwaps.start();
}, 120_000);
afterAll(() => swaps?.site.stop(), 60_000);

// `kills.long.test.ts` takes every point.
it('a gateway that is killed anywhere in its swap is the old one or the new one, and ends as the new one', async () => {
  const { keeper } = await swaps.count();
  expect(keeper).toBeGreaterThan(10);
  const sample = [0.4, 0.6, 0.8].map((part) => Math.round(keeper * part));
  const killed = await Promise.all([...sample.map((at) => swaps.killAt('keeper', at)), swaps.killAt('agent', 12)]);
  expect(killed.filter((one) => one !== null).length).toBeGreaterThan(2);
}, 180_000);
