/** Ends a wait: the deadline, a pause, the loss of the lease or the process going down. */
export type Cancel = AbortSignal;
