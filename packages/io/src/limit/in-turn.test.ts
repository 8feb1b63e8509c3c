import { expect, it } from 'vitest';
import { inTurn } from './in-turn.ts';

it('does one at a time, in order, and goes on after a failure', async () => {
  const turn = inTurn();
  const seen: string[] = [];
  const work = (name: string, fails = false) =>
    turn(async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const [first, second, third] = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect([first, second.status, third]).toMatchObject([{ value: 'a' }, 'rejected', { value: 'c' }]);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
