import { tmpdir } from 'node:os';
import { composeConsole, type ConsoleParts } from '../app/compose.ts';
import type { Store } from '../store/store.ts';

/** A console over a store, without a cluster and a listening registry: for routes that need neither. */
export function memoryConsole(store: Store): ConsoleParts {
  return composeConsole(store, { dataDir: tmpdir(), simulatorUrl: undefined, site: undefined }, () => undefined);
}
