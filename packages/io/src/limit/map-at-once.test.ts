import { expect, it } from 'vitest';
import { mapAtOnce } from './map-at-once.ts';

it('maps in order, never more at a time than it may', async () => {
  let running = 0;
  let most = 0;
  const doubled = await mapAtOnce([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    return item * 2;
  });
  expect(doubled).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(most).toBe(3);
});

it('begins nothing after a failure, and throws it when what was under way has ended', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const failing = mapAtOnce([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('the first');
    await new Promise((resolve) => setImmediate(resolve));
    ended.push(item);
  });
  await expect(failing).rejects.toThrow('the first');
  expect({ begun, ended }).toEqual({ begun: [1, 2], ended: [2] });
});
