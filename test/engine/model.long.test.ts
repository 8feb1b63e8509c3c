import { tellProof } from '@sealift/testkit/proof-figures';
import { describe, expect, it } from 'vitest';
import { explore } from './model/explore.ts';
import { nameOf, pairs, plans, single } from './model/searches.ts';
import { smallUpgrade } from './model/small-plan.ts';

describe('the engine, in every interleaving', () => {
  for (const [plan, steps] of Object.entries(plans)) {
    it.each([...single, ...pairs].map((budget) => [nameOf(budget), budget] as const))(
      `of ${plan}, with %s`,
      { timeout: 3_600_000 },
      async (name, budget) => {
        const { states, runs, ends, complete } = await explore(smallUpgrade(steps), budget);
        process.stdout.write(`${plan}, ${name}: ${states} states, ${runs} courses, ends ${JSON.stringify(ends)}\n`);
        tellProof({ states });
        expect(complete).toBe(true);
      },
    );
  }
});
