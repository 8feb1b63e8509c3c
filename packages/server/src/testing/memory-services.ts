import { tmpdir } from 'node:os';
import { composeServices } from '../app/compose.ts';
import type { ConsoleServices } from '../app/services.ts';
import type { Store } from '../store/store.ts';

/** The services over a store, without a cluster and a listening registry: for routes that need neither. */
export function memoryServices(store: Store): ConsoleServices {
  return composeServices(store, { dataDir: tmpdir(), simulatorUrl: undefined, vsphere: undefined }, () => undefined);
}
