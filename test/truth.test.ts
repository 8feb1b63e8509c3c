import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from './setup/random.ts';
import { watchUpgrade } from './setup/truth/watch-upgrade.ts';

const chromium = peer('chromium');

describe.skipIf(chromium.missing)(`what the pages state during an upgrade with faults (${chromium.remedy})`, () => {
  it('was true a moment ago, or is called unknown since it was', { timeout: 240_000 }, async () => {
    const { verdicts, state } = await watchUpgrade({
      chromium: chromium.path,
      speed: 0.6,
      instants: 60,
      betweenMs: 1300,
      random: new SeededRandom(20261130),
      faults: [
        { afterMs: 8000, peer: 'cluster', fault: 'cut', forMs: 26_000 },
        { afterMs: 1000, peer: 'vcenter', fault: 'unavailable', forMs: 3000 },
      ],
    });
    const of = (is: string) => verdicts.filter((one) => one.is === is);
    console.info(`${verdicts.length} instants, ${of('equal').length} equal, ${of('unknown').length} unknown, ${state}`);
    expect(of('false')).toEqual([]);
    // Neither is all the answer.
    expect(of('equal').length).toBeGreaterThan(0);
    expect(of('unknown').length).toBeGreaterThan(0);
  });
});
