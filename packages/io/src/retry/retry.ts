import { pause } from './pause.ts';

/** Work that failed and is about to be tried again. */
export interface Retry {
  /** Where, without what may be secret. */
  readonly what: string;
  readonly attempt: number;
  /** It goes on after so long. */
  readonly delayMs: number;
  readonly error: unknown;
}

/** When work is tried again after it failed. */
export interface RetryRules {
  /** Whether a failure passes by itself; any other one ends the work. */
  readonly passes: (error: unknown) => boolean;
  /** Before each further attempt, in milliseconds: there are as many as there are pauses. */
  readonly delaysMs: readonly number[];
  /** Shortens pauses by up to a half at random, so that many who were cut at once do not come back at once. */
  readonly jitter?: boolean;
  /** The pause that the other side asked for in its failure, in milliseconds. */
  readonly askedMs?: (error: unknown) => number | undefined;
  /** How far the work is; an attempt that came farther than any before does not use the attempts up. */
  readonly position?: () => number;
  readonly onRetry?: (attempt: number, delayMs: number, error: unknown) => void;
  readonly cancel?: AbortSignal | undefined;
  /** What to fail with when it is cancelled in a pause; `CANCELLED` without it. */
  readonly cancelled?: (cause: unknown) => Error;
}

/** Counts the attempts of work that goes on by itself, such as a stream that is read on where it was cut. */
export class Attempts {
  readonly #rules: RetryRules;
  #failures = 0;
  #farthest: number;

  constructor(rules: RetryRules) {
    this.#rules = rules;
    this.#farthest = rules.position?.() ?? 0;
  }

  /** Returns when the work is to be tried again. @throws the failure when it is not; CANCELLED */
  async pauseAfter(error: unknown): Promise<void> {
    const { passes, delaysMs, jitter = false, askedMs, onRetry, cancel, cancelled } = this.#rules;
    if (!passes(error)) throw error;
    const position = this.#rules.position?.() ?? 0;
    if (position > this.#farthest) this.#failures = 0;
    this.#farthest = Math.max(this.#farthest, position);
    const longest = delaysMs[this.#failures];
    if (longest === undefined) throw error;
    this.#failures += 1;
    const delayMs = Math.round(askedMs?.(error) ?? longest * (jitter ? 0.5 + Math.random() / 2 : 1));
    onRetry?.(this.#failures, delayMs, error);
    await pause(delayMs, cancel, cancelled);
  }
}

/**
 * Repeats work that failed for a reason that passes.
 *
 * @throws the last failure; CANCELLED
 */
export async function withRetry<Result>(work: () => Promise<Result>, rules: RetryRules): Promise<Result> {
  for (const attempts = new Attempts(rules); ; ) {
    try {
      return await work();
    } catch (error) {
      await attempts.pauseAfter(error);
    }
  }
}
