import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Store } from '../store/store.ts';
import { emptyStore, openMemoryStore } from './memory-store.ts';

/** A store in memory that the tests of a file share, because opening one takes seconds; each finds it as it is right after the migrations. */
export function sharedStore(): () => Store {
  let store: Store;
  beforeAll(async () => {
    store = await openMemoryStore();
  });
  afterAll(() => store.close());
  beforeEach(() => emptyStore(store));
  return () => store;
}
