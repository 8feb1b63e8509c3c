import { expect, it } from 'vitest';
import { readDamaged } from '../testing/read-damaged.ts';

it('damage to a backup is found, of every kind and wherever it is: a sample', async () => {
  expect(await readDamaged(100, 1)).toEqual({ found: 100, missed: [] });
});
