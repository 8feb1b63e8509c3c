import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from './setup/random.ts';
import { stalestMs, type TimedFault, watchUpgrade } from './setup/truth/watch-upgrade.ts';

const chromium = peer('chromium');
const seed = Number(process.env['SEALIFT_TRUTH_SEED'] ?? 20261130);
const instants = Number(process.env['SEALIFT_TRUTH_INSTANTS'] ?? 1000);

describe.skipIf(chromium.missing)(`what the pages state over a whole upgrade with faults (${chromium.remedy})`, () => {
  it('is true at every sampled instant, or called unknown', { timeout: 1_200_000 }, async () => {
    const random = new SeededRandom(seed);
    const watched = await watchUpgrade({
      chromium: chromium.path,
      speed: 0.25,
      instants,
      betweenMs: 400,
      random,
      // Drawn apart: how many instants there are between two faults is chance.
      faults: anyFaults(new SeededRandom(seed + 1)),
    });
    const { verdicts, state, seenWith } = watched;
    const of = (is: string) => verdicts.filter((one) => one.is === is);
    const counts = `${verdicts.length} instants: ${of('equal').length} equal, ${of('unknown').length} unknown, ${of('false').length} false`;
    const during = [...seenWith].map(([fault, count]) => `${fault} ${count}`).join(', ');
    console.info(`seed ${seed}: ${counts}; seen with ${during}; the upgrade is ${state}`);
    expect(of('false')).toEqual([]);
    expect(verdicts).toHaveLength(instants);
    for (const page of ['progress', '/cluster/nodes', '/'])
      for (const is of ['equal', 'unknown'])
        expect([page, is, verdicts.some((one) => one.page === page && one.is === is)]).toEqual([page, is, true]);
  });
});

/** Faults of every kind, without an end. */
function* anyFaults(random: SeededRandom): Generator<TimedFault> {
  for (;;) {
    const fault = random.pick(['cut', 'slow', 'unavailable', 'stale'] as const);
    const forMs = fault === 'stale' ? random.below(stalestMs) : 3000 + random.below(32_000);
    yield {
      afterMs: 2000 + random.below(10_000),
      peer: random.pick(['cluster', 'cluster', 'vcenter'] as const),
      fault,
      forMs,
    };
  }
}
