import { setTimeout as delay } from 'node:timers/promises';
import type { LineFault, LinePeer } from '../faulty-line.ts';
import type { ClusterTruth } from './cluster-truth.ts';

/** Faults of lines for some time, after some time without one. */
export interface TimedFault {
  readonly afterMs: number;
  /** Begins when the cluster changes after that, or when some machines of a group are replaced and others are not. */
  readonly at?: 'change' | 'rollout';
  /** What is wrong with the lines of the console to its peers. */
  readonly peers: readonly (readonly [peer: LinePeer, fault: LineFault])[];
  /** The line from a browser to the console is cut too. */
  readonly away?: true;
  readonly forMs: number;
}

/** What faults are made with. */
export interface Lines {
  readonly faults: Map<LinePeer, LineFault>;
  readonly away: (isAway: boolean) => Promise<void> | undefined;
}

/** What has not been heard for so long is about to be called unknown, or has to be. */
const riskyAfterMs = 9000;

/** Plays faults one after another until there are no more, or it is over. */
export function playFaults(
  { faults: peers, away }: Lines,
  faults: Iterable<TimedFault>,
  truth: Pick<ClusterTruth, 'changed' | 'rolling'>,
  over: AbortSignal,
) {
  let current = 'none';
  let begunAt = 0;
  let endedAt = Number.NEGATIVE_INFINITY;
  let areOver = false;
  const end = async (): Promise<void> => {
    peers.clear();
    await away(false);
    if (current !== 'none') endedAt = Date.now();
    current = 'none';
  };
  const ended = (async () => {
    for (const { afterMs, at, peers: wrong, away: isAway, forMs } of faults) {
      await delay(afterMs, undefined, { signal: over });
      const begins = at === 'change' ? truth.changed() : at === 'rollout' ? truth.rolling() : Promise.resolve();
      await Promise.race([begins, delay(60_000, undefined, { signal: over })]);
      current = [...wrong.map(([peer, fault]) => `${peer} ${fault}`), ...(isAway === true ? ['console cut'] : [])].join(
        ' and ',
      );
      begunAt = Date.now();
      for (const [peer, fault] of wrong) peers.set(peer, fault);
      if (isAway === true) await away(true);
      await delay(forMs, undefined, { signal: over });
      await end();
    }
    areOver = true;
  })().catch(end);
  return {
    ended,
    now: () => current,
    /** How long before now a fault was there, ms. */
    before: () => (current === 'none' ? Date.now() - endedAt : 0),
    /** How long ago the last of all ended, ms; below 0 where more come. */
    overForMs: () => (areOver ? Date.now() - endedAt : -1),
    /** Whether what is shown may be no picture of now, or is drawn anew. */
    atRisk: () => (current === 'none' ? Date.now() - endedAt < 3000 : Date.now() - begunAt > riskyAfterMs),
  };
}
