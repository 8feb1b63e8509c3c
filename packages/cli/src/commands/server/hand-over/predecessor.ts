/** Names, to an executable, the process that it takes over from. */
export const predecessorVariable = 'SEALIFT_PREDECESSOR';

/** What a console says to the one that it takes over from. */
export const readyMessage = 'ready';

/** Told to the one that took over, and said back by it: it goes on by itself when the one before ends. */
export const aloneMessage = 'alone';

/** The process that waits for this one to come up, and ends with it, or leaves it alone. */
export interface Predecessor {
  /** Aborted when it asks this one to stop, or is gone without having left it alone. */
  readonly gone: AbortSignal;
  tellReady(): void;
}

/** Undefined where this process was started by something else. One that is gone before it could be heard is gone. */
export function predecessor(env: Readonly<Record<string, string | undefined>>): Predecessor | undefined {
  if (env[predecessorVariable] === undefined) return undefined;
  const gone = new AbortController();
  const stop = (): void => gone.abort();
  process.once('disconnect', stop);
  process.on('message', (message) => {
    if (message !== aloneMessage) return;
    process.removeListener('disconnect', stop);
    process.send?.(aloneMessage);
  });
  if (env[predecessorVariable] !== String(process.ppid) || !process.connected) gone.abort();
  return {
    gone: gone.signal,
    // A service that goes on after a successor that did not come up says it again; who left it alone hears nothing any more.
    tellReady: () => void (process.connected && process.send?.(readyMessage)),
  };
}
