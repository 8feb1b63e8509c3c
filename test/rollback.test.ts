import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { typeBlock } from './setup/guide.ts';
import { KilledAtEffects } from './setup/killed-at-effects.ts';
import { ReversibleUpgrade } from './setup/reversible-upgrade.ts';
import type { Finished } from './setup/sealift.ts';

let upgrade: ReversibleUpgrade;
let before: string;

beforeAll(async () => {
  upgrade = await ReversibleUpgrade.start();
  before = await upgrade.exportedBefore();
}, 420_000);
afterAll(() => upgrade?.remove());
afterEach(() => upgrade.point.end());

it('a rollback ends by itself when the console is killed before and after each of its effects, and all is as it was', async () => {
  const killing = new KilledAtEffects(upgrade.point);
  await upgrade.pauseAfter(ReversibleUpgrade.effects.at(-1) ?? '', killing);
  expect(await upgrade.exported()).not.toBe(before);
  await killing.until(upgrade.rollBack());
  const back = ReversibleUpgrade.effects.toReversed();
  expect(killing.killed).toEqual(back.flatMap((effect) => [`before ${effect}`, `after ${effect}`]));
  expect(await upgrade.exported()).toBe(before);
}, 420_000);

it('a person who types what the guide says gets all back as it was', async () => {
  const { point, supportHost } = upgrade;
  let typed: Promise<Finished> | undefined;
  await point.begin(async (when, effect) => {
    if (when !== 'after' || effect !== ReversibleUpgrade.effects.at(-1) || typed !== undefined) return;
    typed = typeBlock('roll-back.md', 'sealift upgrade pause', supportHost);
    await waitUntil('the pause', async () => (await point.read()).state !== 'running', 60_000);
  });
  expect(await typeBlock('roll-back.md', 'sealift upgrade on-failure', supportHost)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('rolls back by itself') as unknown,
  });
  await point.confirm();
  await point.until('rolled-back', ['running', 'paused', 'rolling-back']);
  const { code, stdout, stderr } = (await typed) ?? {};
  expect([code, stderr]).toEqual([3, expect.stringContaining('4.2.12 runs again')]);
  expect(stdout?.match(/^can go back: yes, 4 things to put back$/gm)).toHaveLength(2);
  expect(stdout).toMatch(/^It is being rolled back[^]*^state: rolled-back$/m);
  expect(await upgrade.exported()).toBe(before);
}, 420_000);
