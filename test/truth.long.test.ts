import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import { slowLineMs } from './setup/faulty-line.ts';
import { SeededRandom } from './setup/random.ts';
import type { TimedFault } from './setup/truth/play-faults.ts';
import { toldOf } from './setup/truth/sample.ts';
import { watchUpgrade } from './setup/truth/watch-upgrade.ts';

const chromium = peer('chromium');
const seed = Number(process.env['SEALIFT_TRUTH_SEED'] ?? 20261130);
const instants = 1000;
const stalestMs = 4000;

describe.skipIf(chromium.missing)(`what the pages state over a whole upgrade with faults (${chromium.remedy})`, () => {
  it('is true at every sampled instant, or called unknown', { timeout: 1_200_000 }, async () => {
    const watched = await watchUpgrade({
      chromium: chromium.path,
      speed: 0.09,
      statements: Number.POSITIVE_INFINITY,
      betweenMs: 1200,
      afterFaultsMs: Number.POSITIVE_INFINITY,
      stalestMs,
      slowestMs: slowLineMs,
      random: new SeededRandom(seed),
      // Drawn apart: how many instants there are between two faults is chance.
      faults: anyFaults(new SeededRandom(seed + 1)),
    });
    const { verdicts, seenWith } = watched;
    console.info(`seed ${seed}: ${toldOf(watched)}`);
    expect(verdicts.filter(({ is }) => is === 'false')).toEqual([]);
    expect(new Set(verdicts.map(({ instant }) => instant)).size).toBeGreaterThanOrEqual(instants);
    for (const page of ['progress', '/cluster/nodes', '/cluster/overview', '/'])
      for (const is of ['equal', 'unknown'])
        expect([page, is, verdicts.some((one) => one.page === page && one.is === is)]).toEqual([page, is, true]);
    const faults = [...seenWith].map(([fault]) => fault).join(', ');
    for (const kind of ['cluster cut', 'cluster slow', 'cluster unavailable', 'cluster stale', 'console cut'])
      expect(faults).toContain(kind);
  });
});

/** Faults of every kind in turn, in an order and for times that are drawn, without an end. */
function* anyFaults(random: SeededRandom): Generator<TimedFault> {
  for (let kinds: TimedFault['peers'][number][1][] = []; ; ) {
    if (kinds.length === 0) kinds = ['cut', 'slow', 'unavailable', 'stale', 'stale'];
    const fault = random.pick(kinds);
    kinds = kinds.filter((_, index) => index !== kinds.indexOf(fault));
    const forMs = fault === 'stale' ? random.below(stalestMs) : 3000 + random.below(32_000);
    const peer = random.pick(['cluster', 'cluster', 'cluster', 'vcenter'] as const);
    const isAway = random.below(3) === 0;
    // What is said again is another than what is there only while something changes.
    const begins = fault === 'stale' ? { at: 'change' as const } : {};
    yield {
      afterMs: 2000 + random.below(8000),
      ...begins,
      peers: [[peer, fault]],
      ...(isAway ? { away: true } : {}),
      forMs,
    };
  }
}
