import { useSyncExternalStore } from 'react';

let reachable = true;
const listeners = new Set<() => void>();

/** Records whether the last request got through to the server; listeners hear only changes. */
export function reportReachable(now: boolean): void {
  if (now === reachable) return;
  reachable = now;
  for (const listener of listeners) listener();
}

/** Calls `listener` each time the server is lost or comes back. */
export function onConnectionChange(listener: (reachable: boolean) => void): () => void {
  const call = () => listener(reachable);
  listeners.add(call);
  return () => listeners.delete(call);
}

/** Whether the server answers; false while it restarts or the line is cut. */
export function useReachable(): boolean {
  return useSyncExternalStore(onConnectionChange, () => reachable);
}

let streamCutSince: number | null = null;
const streamListeners = new Set<() => void>();

/** Records whether the server's events come in: while they do not, changes are seen late. */
export function reportStream(isOpen: boolean): void {
  if (isOpen === (streamCutSince === null)) return;
  streamCutSince = isOpen ? null : Date.now();
  for (const listener of streamListeners) listener();
}

/** Since when the server's events do not come in, ms since 1970; null while they do. */
export function useStreamCut(): number | null {
  return useSyncExternalStore(
    (listener) => {
      streamListeners.add(listener);
      return () => streamListeners.delete(listener);
    },
    () => streamCutSince,
  );
}
