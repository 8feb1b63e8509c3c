import { useSyncExternalStore } from 'react';

/* What a person prefers in this browser. Storage can be switched off; a preference then lasts until the page is closed. */

const chosen = new Map<string, string>();
const listeners = new Set<() => void>();

/** @returns undefined where nothing was chosen yet */
export function readPreference(name: string): string | undefined {
  const here = chosen.get(name);
  if (here !== undefined) return here;
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a choice; every page that shows it hears of it. */
export function storePreference(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    chosen.set(name, value);
  }
  for (const listener of listeners) listener();
}

/** A choice as it is, and what changes it. */
export function usePreference(name: string, fallback: string): readonly [string, (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => readPreference(name) ?? fallback);
  return [value, (next) => storePreference(name, next)];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
