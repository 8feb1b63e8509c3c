import { expect, it } from 'vitest';
import { drainObstacles, isBudget } from './drain.ts';

const budget = "cannot evict pod as it would violate the pod's disruption budget.";

it('reads what a drain waits for, each with its pods, and the sum of a budget', () => {
  const message = `Drain not completed yet (started at 2026-11-28T12:00:00Z):
* Pod a/b: deletionTimestamp set, but still not removed from the Node
* Pods shop/app-1, shop/app-2, shop/app-3, ... (4 more): ${budget} The disruption budget app needs 20 healthy pods and has 21 currently
* Pod x/y: ${budget}
* Pod q/r: failed to evict Pod, an error
* 3 Pods with other issues
After above Pods have been removed from the Node, the following Pods will be evicted: c/d`;
  const found = drainObstacles(message);
  expect(found.map(({ pods }) => pods)).toEqual([
    'a/b',
    'shop/app-1, shop/app-2, shop/app-3, ... (4 more)',
    'x/y',
    'q/r',
  ]);
  expect(found[1]?.budget).toEqual({ name: 'app', needs: 20, has: 21 });
  expect(found.map(isBudget)).toEqual([false, true, true, false]);
  expect(found[3]?.reason).toBe('failed to evict Pod, an error');
});

it('finds nothing in other words, however long', () => {
  expect(drainObstacles('')).toEqual([]);
  expect(drainObstacles(`* Pod ${'a'.repeat(100_000)}`)).toEqual([]);
});
