import { expect, it } from 'vitest';
import { readDamaged } from '../testing/read-damaged.ts';

it('damage to a backup is found, of every kind and wherever it is: 2,000 of them', { timeout: 600_000 }, async () => {
  const seed = Number(process.env['SEALIFT_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed}`);
  expect(await readDamaged(2000, seed)).toEqual({ found: 2000, missed: [] });
});
