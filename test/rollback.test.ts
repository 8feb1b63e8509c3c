import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { KilledAtEffects } from './setup/killed-at-effects.ts';
import { ReversibleUpgrade } from './setup/reversible-upgrade.ts';

let upgrade: ReversibleUpgrade;

beforeAll(async () => {
  upgrade = await ReversibleUpgrade.start();
}, 420_000);
afterAll(() => upgrade?.remove());
afterEach(() => upgrade.point.end());

it('a rollback ends by itself when the console is killed before and after each of its effects, and all is as it was', async () => {
  const before = await upgrade.exportedBefore();
  const killing = new KilledAtEffects(upgrade.point);
  await upgrade.pauseAfter(ReversibleUpgrade.effects.at(-1) ?? '', killing);
  expect(await upgrade.exported()).not.toBe(before);
  await killing.until(upgrade.rollBack());
  const back = ReversibleUpgrade.effects.toReversed();
  expect(killing.killed).toEqual(back.flatMap((effect) => [`before ${effect}`, `after ${effect}`]));
  expect(await upgrade.exported()).toBe(before);
}, 420_000);
