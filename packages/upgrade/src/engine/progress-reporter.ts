import type { Direction, JournalLine, MachineCount, SeenWait, Wait } from '@sealift/core/upgrade';
import type { Clock } from './clock.ts';
import type { Timing } from './timing.ts';

/** Where a step's progress is written. */
export interface ProgressOptions {
  readonly direction: Direction;
  readonly clock: Clock;
  readonly timing: Timing;
  /** What the step waited for when an earlier run was cut: it tells since when. */
  readonly before: Wait | null;
  readonly write: (line: JournalLine) => Promise<void>;
  /** Called when a line reported in the background cannot be written. */
  readonly onFailure: (error: unknown) => void;
}

/** What is told beside what a step waits for. */
interface MoreToTell {
  readonly machines?: MachineCount | undefined;
  /** Since when it is so, where nobody else tells, and it is told for the first time; the present where this is missing. */
  readonly since?: Date | undefined;
}

/** Writes a step's progress to the journal: what it waits for, never backwards, not more often than useful. */
export class ProgressReporter {
  readonly #options: ProgressOptions;
  #fraction = 0;
  #wait: Wait | null;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #changedAt: number;
  #inFlight: Promise<void> | null = null;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#wait = options.before;
    this.#changedAt = options.clock.monotonic();
  }

  /** What the step was last waiting for, in words. */
  get waitsFor(): string {
    return this.#wait?.what ?? '';
  }

  /** @throws RunStopped */
  async report(fraction: number, seen: SeenWait, more: MoreToTell = {}): Promise<void> {
    const line = this.#next(fraction, seen, more);
    if (line !== null) await this.#options.write(line);
  }

  /** For callbacks in the middle of an effect: returns at once; `settled` waits for the line. */
  reportSoon(fraction: number, seen: SeenWait, more: MoreToTell = {}): void {
    if (this.#inFlight !== null) return;
    const line = this.#next(fraction, seen, more);
    if (line === null) return;
    this.#inFlight = this.#options
      .write(line)
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#inFlight = null;
      });
  }

  async settled(): Promise<void> {
    await this.#inFlight;
  }

  #next(fraction: number, seen: SeenWait, { machines, since: first }: MoreToTell): JournalLine | null {
    const { clock, timing, direction } = this.#options;
    const now = clock.monotonic();
    const grown = fraction >= this.#fraction + 0.01;
    if (grown) this.#changedAt = now;
    // Only what would go on by itself can stall; what is blocked or has failed is known to stand.
    const stalled = seen.level === 'moving' && now - this.#changedAt >= timing.stallMs;
    const same = this.#wait?.what === seen.what;
    const since = seen.since ?? (same ? this.#wait?.since : undefined) ?? (first ?? clock.now()).toISOString();
    const wait: Wait = { ...seen, since, level: stalled ? 'stalled' : seen.level };
    const differs = grown || !same || wait.level !== this.#wait?.level;
    const due = grown || now - this.#writtenAt >= timing.progressMs;
    if (!differs || !due) return null;
    this.#fraction = Math.max(this.#fraction, fraction);
    this.#wait = wait;
    this.#writtenAt = now;
    const counted = machines === undefined ? {} : { machines };
    return { phase: 'progress', data: { direction, fraction: this.#fraction, wait, ...counted } };
  }
}
