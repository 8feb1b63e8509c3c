/** Why a run ended without finishing the upgrade; the upgrade stays as it is and another run goes on with it. */
export type StopReason = 'lease-held' | 'lease-lost' | 'journal-unavailable' | 'paused' | 'state-changed' | 'cancelled';

/** Ends a run at once: after it nothing acts and nothing is written. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';
  readonly reason: StopReason;

  constructor(reason: StopReason, cause?: unknown) {
    super(`the run stopped: ${reason}`, { cause });
    this.reason = reason;
  }
}

/** Thrown at a safe point after someone asked to abort. */
export class AbortRequested extends Error {
  override readonly name = 'AbortRequested';
}
