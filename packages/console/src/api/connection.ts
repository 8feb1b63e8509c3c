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
