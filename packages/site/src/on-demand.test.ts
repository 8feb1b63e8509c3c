import { expect, it } from 'vitest';
import { OnDemand } from './on-demand.ts';

it('opens once, again after a failure, and another one after it was taken', async () => {
  let opened = 0;
  let fails = true;
  const one = new OnDemand(async () => {
    opened += 1;
    if (fails) throw new Error('away');
    return opened;
  });
  expect(await one.take()).toBeUndefined();
  await expect(Promise.all([one.get(), one.get()])).rejects.toThrow('away');
  expect(opened).toBe(1);
  fails = false;
  expect(await Promise.all([one.get(), one.get()])).toEqual([2, 2]);
  expect(await one.take()).toBe(2);
  expect(await one.get()).toBe(3);
});
