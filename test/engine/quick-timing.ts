/** Waits of an engine whose clock a model moves: looks follow one another at once, and a lease lasts until the model says that time has passed. */
export const quickTiming = {
  leaseTtlMs: 10_000,
  pollMs: 1,
  pollMostMs: 1,
  retryFirstMs: 1,
  retryMostMs: 1,
  progressMs: 0,
  endMostMs: 5,
} as const;
