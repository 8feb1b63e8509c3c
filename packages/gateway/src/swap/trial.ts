import { pause } from '@sealift/io/pause';
import type { StartedProgram } from '@sealift/io/start-program';
import type { Said } from '../protocol.ts';

/** How an executable is judged, in milliseconds. */
export interface TrialTimes {
  /** How long it may take to its handshake, while the console answers the one who judges. */
  readonly handshakeMs: number;
  /** How long it has to run on after that. */
  readonly windowMs: number;
  /** Between two looks. */
  readonly lookMs: number;
}

/** How it came out; `stopped` says nothing about the executable. */
export type Verdict =
  | { readonly end: 'proved' }
  | { readonly end: 'stopped' }
  | { readonly end: 'failed' | 'died'; readonly reason: string };

/** What a trial is about. */
export interface Trial {
  readonly program: Pick<StartedProgram, 'end'>;
  /** What it has said so far; grows. */
  readonly said: readonly Said[];
  readonly version: string;
  readonly proof: string;
  readonly times: TrialTimes;
  /** Whether the console takes a request of the one who judges, by its own code. */
  readonly consoleAnswers: () => Promise<boolean>;
  readonly cancel: AbortSignal;
}

/**
 * Judges an executable that was started: only its own handshake proves it. Its time runs only while the console answers the one who judges, so
 * that no fault of console, network, proxy or clock counts against it; and it counts as proved when it has run on for a while.
 */
export async function judge(trial: Trial): Promise<Verdict> {
  const { program, said, version, proof, times, consoleAnswers, cancel } = trial;
  let fairMs = 0;
  for (let last = performance.now(); ; ) {
    if (cancel.aborted) return { end: 'stopped' };
    const hand = said.find((one) => one.event === 'handshake' && one.proof === proof);
    if (hand?.event === 'handshake') {
      if (hand.version === version) return await runsOn(trial);
      return { end: 'failed', reason: `it says that it is ${hand.version}, and the release calls it ${version}` };
    }
    if (program.end !== undefined) return { end: 'died', reason: `it ${program.end}${lastTrouble(said)}` };
    await pause(times.lookMs, cancel).catch(() => undefined);
    const answers = await consoleAnswers().catch(() => false);
    const now = performance.now();
    if (answers) fairMs += now - last;
    last = now;
    // What it said while the console was asked counts.
    const isLate = fairMs >= times.handshakeMs && !said.some((one) => one.event === 'handshake' && one.proof === proof);
    if (isLate && program.end === undefined) {
      const seconds = Math.round(times.handshakeMs / 1000);
      const reason = `no handshake of it within ${seconds} s, while the console answered the one who judges${lastTrouble(said)}`;
      return { end: 'failed', reason };
    }
  }
}

async function runsOn({ program, said, times, cancel }: Trial): Promise<Verdict> {
  const end = performance.now() + times.windowMs;
  while (performance.now() < end) {
    await pause(Math.min(times.lookMs, times.windowMs), cancel).catch(() => undefined);
    if (cancel.aborted) return { end: 'stopped' };
    if (program.end !== undefined) {
      return { end: 'died', reason: `after its handshake it ${program.end}${lastTrouble(said)}` };
    }
  }
  return { end: 'proved' };
}

function lastTrouble(said: readonly Said[]): string {
  const last = said.findLast((one) => one.event === 'trouble');
  return last?.event === 'trouble' ? `; it last said: ${last.reason}` : '';
}
