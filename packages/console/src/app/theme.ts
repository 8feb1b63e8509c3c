import { useSyncExternalStore } from 'react';

/** Dark or light as the system says, or as chosen here. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'sealift-theme';
const darkClass = 'pf-v6-theme-dark';
const listeners = new Set<() => void>();
let choice: ThemeChoice = stored();

/** Applies the choice now and whenever the system's preference changes. */
export function followTheme(): void {
  apply();
  systemPrefersDark()?.addEventListener('change', apply);
}

/** Changes the choice and remembers it in this browser. */
export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // Storage can be switched off; the choice then lasts until the page is closed.
  }
  apply();
  for (const listener of listeners) listener();
}

/** The choice in force. */
export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(storageKey);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

function apply(): void {
  const dark = choice === 'dark' || (choice === 'system' && systemPrefersDark()?.matches === true);
  document.documentElement.classList.toggle(darkClass, dark);
}

function systemPrefersDark(): MediaQueryList | undefined {
  return typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: dark)');
}
