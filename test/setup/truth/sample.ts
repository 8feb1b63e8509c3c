import { SeededRandom } from '../random.ts';
import { type Watched, type WatchOptions, watchUpgrade } from './watch-upgrade.ts';

/**
 * The shortest run that has all of it: machines being replaced when the cluster falls silent and a browser loses the console, for longer than
 * any page takes what it shows for now, and what comes after.
 */
export async function sampleOfTruth(chromium: string, product: WatchOptions['product'] = {}): Promise<Watched> {
  return await watchUpgrade({
    chromium,
    product,
    speed: 0.9,
    statements: Number.POSITIVE_INFINITY,
    betweenMs: 1200,
    afterFaultsMs: 4000,
    stalestMs: 0,
    slowestMs: 0,
    random: new SeededRandom(20261130),
    faults: [{ afterMs: 0, at: 'rollout', peers: [['cluster', 'cut']], away: true, forMs: 24_000 }],
  });
}

/** The counts of a run, in a line. */
export function toldOf({ verdicts, seenWith, state }: Watched): string {
  const of = (is: string): number => verdicts.filter((one) => one.is === is).length;
  const instants = new Set(verdicts.map(({ instant }) => instant)).size;
  const counts = `${verdicts.length} statements at ${instants} instants: ${of('equal')} equal, ${of('unknown')} unknown, ${of('false')} false`;
  const during = [...seenWith].map(([fault, count]) => `${fault} ${count}`).join(', ');
  return `${counts}; seen with ${during}; the upgrade is ${state}`;
}
