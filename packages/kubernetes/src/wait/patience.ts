import { isSealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import { Behind, passes } from './failure.ts';

/** Before each further attempt; the last for every one after it. */
const delaysMs = [100, 250, 500, 1000, 2000, 5000, 10_000] as const;
/** A replaced API server is away for some minutes. */
const usualOutageMs = 300_000;
/** Long enough for a server that is behind to come along; longer is no lag. */
const rewoundMs = 60_000;

export interface PatienceOptions {
  /** How long the server may be away, in milliseconds, before the watch fails; five minutes without it. */
  readonly outageMs?: number | undefined;
  readonly cancel?: AbortSignal | undefined;
  /** Called with what it fails with at the moment, and with undefined when it no longer does. */
  readonly onOutage?: ((failure: unknown) => void) | undefined;
}

/** How long a watch is tried again that does not come on. */
export class Patience {
  readonly #outageMs: number;
  readonly #cancel: AbortSignal | undefined;
  #attempts = 0;
  #since: number | undefined;
  readonly #onOutage: ((failure: unknown) => void) | undefined;

  constructor({ outageMs = usualOutageMs, cancel, onOutage }: PatienceOptions) {
    this.#onOutage = onOutage;
    this.#outageMs = outageMs;
    this.#cancel = cancel;
  }

  /** It is answered, which is not yet to come on. */
  answered(): void {
    this.#onOutage?.(undefined);
  }

  /** It came on. */
  renew(): void {
    this.answered();
    this.#attempts = 0;
    this.#since = undefined;
  }

  /** Returns when it is to be tried again. @throws the failure when it does not pass, or has not for too long; CANCELLED */
  async after(failure: unknown): Promise<void> {
    if (!passes(failure)) throw failure;
    this.#onOutage?.(failure);
    this.#since ??= Date.now();
    const limitMs = isSealiftError(failure, 'KUBERNETES_REWOUND')
      ? Math.min(rewoundMs, this.#outageMs)
      : this.#outageMs;
    if (Date.now() - this.#since >= limitMs) throw failure;
    const delayMs = delaysMs[Math.min(this.#attempts, delaysMs.length - 1)] ?? 0;
    this.#attempts += 1;
    const asked = failure instanceof Behind ? failure.askedPauseMs : undefined;
    // Many watches that were cut at once do not come back at once.
    await pause(asked ?? Math.round(delayMs * (0.5 + Math.random() / 2)), this.#cancel);
  }
}
