/** How long the engine waits for what; all in ms. */
export interface Timing {
  /** A dead process's lease is free after this long; shorter means more writes, and a pause of this length loses the lease. */
  readonly leaseTtlMs: number;
  /** Between two looks at something that is on its way and changes. */
  readonly pollMs: number;
  /** The same while nothing changes. */
  readonly pollMostMs: number;
  readonly retryFirstMs: number;
  /** What comes meanwhile is seen after this long at most: a person is to be told within 10 s. */
  readonly retryMostMs: number;
  /** A look that has no answer for so long is told of: with the time between two looks a person hears of a silent cluster within 15 s. */
  readonly silentMs: number;
  /** A wait without any change for this long is shown as stalled; it goes on. */
  readonly stallMs: number;
  /** A step that is not done after this long needs a person. */
  readonly deadlineMs: number;
  /** At most one line of progress in this time, unless the fraction grew. */
  readonly progressMs: number;
  /** So long the lease is kept for work that is ending, such as a helm that was told to; whatever hangs for longer must not lock the console. */
  readonly endMostMs: number;
  /** Between two looks for upgrades that another engine left. */
  readonly watchMs: number;
}

export const defaultTiming: Timing = {
  // With the time between two looks: another console goes on within 10 s.
  leaseTtlMs: 8000,
  pollMs: 500,
  pollMostMs: 2000,
  retryFirstMs: 500,
  retryMostMs: 5000,
  silentMs: 8000,
  stallMs: 120_000,
  deadlineMs: 2 * 60 * 60 * 1000,
  progressMs: 1000,
  endMostMs: 10_000,
  watchMs: 1000,
};
