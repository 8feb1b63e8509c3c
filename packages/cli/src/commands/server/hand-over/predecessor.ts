/** Names, to an executable, the process that it takes over from. */
export const predecessorVariable = 'SEALIFT_PREDECESSOR';

/** What a console says to the one that it takes over from. */
export const readyMessage = 'ready';

/** The process that waits for this one to come up, and ends with it. */
export interface Predecessor {
  /** Aborted when it asks this one to stop, or is gone itself. */
  readonly gone: AbortSignal;
  tellReady(): void;
}

/** Undefined where this process was started by something else. One that is gone before it could be heard is gone. */
export function predecessor(env: Readonly<Record<string, string | undefined>>): Predecessor | undefined {
  if (env[predecessorVariable] === undefined) return undefined;
  const gone = new AbortController();
  process.once('disconnect', () => gone.abort());
  if (env[predecessorVariable] !== String(process.ppid) || !process.connected) gone.abort();
  return {
    gone: gone.signal,
    tellReady: () => void process.send?.(readyMessage),
  };
}
