import { readPreference, storePreference, usePreference } from '../components/browser-preference.ts';

/** Dark or light as the system says, or as chosen here. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'sealift-theme';
const darkClass = 'pf-v6-theme-dark';

/** Applies the choice now and whenever the system's preference changes. */
export function followTheme(): void {
  apply();
  systemPrefersDark()?.addEventListener('change', apply);
}

/** Changes the choice and remembers it in this browser. */
export function chooseTheme(next: ThemeChoice): void {
  storePreference(storageKey, next);
  apply();
}

/** The choice in force. */
export function useThemeChoice(): ThemeChoice {
  return known(usePreference(storageKey, 'system')[0]);
}

function known(value: string | undefined): ThemeChoice {
  return value === 'light' || value === 'dark' ? value : 'system';
}

function apply(): void {
  const choice = known(readPreference(storageKey));
  const dark = choice === 'dark' || (choice === 'system' && systemPrefersDark()?.matches === true);
  document.documentElement.classList.toggle(darkClass, dark);
}

function systemPrefersDark(): MediaQueryList | undefined {
  return typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: dark)');
}
