import { tellProof } from '@sealift/testkit/proof-figures';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ReversibleUpgrade } from './setup/reversible-upgrade.ts';

let upgrade: ReversibleUpgrade;

beforeAll(async () => {
  upgrade = await ReversibleUpgrade.start();
}, 300_000);
afterAll(() => upgrade?.remove());
afterEach(() => upgrade.point.end());

it('a rollback puts back, from each effect that it is paused after, what was there before, byte for byte', async () => {
  const before = await upgrade.exportedBefore();
  for (const last of ReversibleUpgrade.effects) {
    await upgrade.pauseAfter(last);
    expect(await upgrade.exported()).not.toBe(before);
    await upgrade.rollBack();
    expect(await upgrade.exported()).toBe(before);
    await upgrade.point.end();
  }
  tellProof({ points: ReversibleUpgrade.effects.length, equal: ReversibleUpgrade.effects.length });
}, 600_000);
