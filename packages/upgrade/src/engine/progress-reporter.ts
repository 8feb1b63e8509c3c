import type { Clock } from './clock.ts';
import type { Recorder } from './recorder.ts';
import type { Timing } from './timing.ts';

/** Writes a step's progress to the journal: what it waits for, never backwards, not more often than useful. */
export class ProgressReporter {
  readonly #recorder: Recorder;
  readonly #stepId: string;
  readonly #clock: Clock;
  readonly #timing: Timing;
  readonly #onFailure: (error: unknown) => void;
  #fraction = 0;
  #message = '';
  #stalled = false;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #changedAt: number;
  #inFlight: Promise<void> | null = null;

  constructor(
    recorder: Recorder,
    stepId: string,
    clock: Clock,
    timing: Timing,
    /** Called when a line reported in the background cannot be written. */
    onFailure: (error: unknown) => void,
  ) {
    this.#recorder = recorder;
    this.#stepId = stepId;
    this.#clock = clock;
    this.#timing = timing;
    this.#onFailure = onFailure;
    this.#changedAt = clock.monotonic();
  }

  /** What the step was last waiting for. */
  get message(): string {
    return this.#message;
  }

  /** @throws RunStopped */
  async report(fraction: number, message: string): Promise<void> {
    const line = this.#next(fraction, message);
    if (line !== null) await this.#recorder.write(this.#stepId, 'progress', line);
  }

  /** For callbacks in the middle of an effect: returns at once; `settled` waits for the line. */
  reportSoon(fraction: number, message: string): void {
    if (this.#inFlight !== null) return;
    const line = this.#next(fraction, message);
    if (line === null) return;
    this.#inFlight = this.#recorder
      .write(this.#stepId, 'progress', line)
      .catch(this.#onFailure)
      .finally(() => {
        this.#inFlight = null;
      });
  }

  async settled(): Promise<void> {
    await this.#inFlight;
  }

  #next(fraction: number, message: string): Readonly<Record<string, unknown>> | null {
    const now = this.#clock.monotonic();
    const grown = fraction >= this.#fraction + 0.01;
    if (grown) this.#changedAt = now;
    const stalled = now - this.#changedAt >= this.#timing.stallMs;
    const differs = grown || message !== this.#message || stalled !== this.#stalled;
    const due = grown || now - this.#writtenAt >= this.#timing.progressMs;
    if (!differs || !due) return null;
    this.#fraction = Math.max(this.#fraction, fraction);
    this.#message = message;
    this.#stalled = stalled;
    this.#writtenAt = now;
    return { fraction: this.#fraction, message, ...(stalled ? { stalled } : {}) };
  }
}
