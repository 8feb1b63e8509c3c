import { describe, expect, it } from 'vitest';
import { explore } from './model/explore.ts';
import { nameOf, plans, single } from './model/searches.ts';
import { smallUpgrade } from './model/small-plan.ts';

/** The rest is visited by `npm run prove`. */
const sampleOfStates = 600;

describe('the engine, in every interleaving', () => {
  for (const [plan, steps] of Object.entries(plans)) {
    it.each(single.map((budget) => [nameOf(budget), budget] as const))(`of ${plan}, with %s`, async (_, budget) => {
      const { states, ends } = await explore(smallUpgrade(steps), budget, sampleOfStates);
      expect(states).toBeGreaterThan(50);
      expect(ends).toHaveProperty('succeeded');
    });
  }
});
