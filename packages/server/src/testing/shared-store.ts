import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openStore, type Store } from '../store/store.ts';
import { emptyStore, openMemoryStore } from './memory-store.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

const postgres = peer('postgres');

/** Both kinds of store, for `describe.each`; that of PostgreSQL is skipped by name where it is not installed. */
export const storeKinds = [
  { kind: 'embedded', name: 'the embedded store', skip: false },
  {
    kind: 'postgres',
    name: `PostgreSQL${postgres.missing ? ` (${postgres.remedy})` : ''}`,
    skip: postgres.missing,
  },
] as const;

/** A store that the tests of a file or a group share, because opening one takes seconds; each finds it as it is right after the migrations. */
export function sharedStore(kind: (typeof storeKinds)[number]['kind'] = 'embedded'): () => Store {
  let store: Store;
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    if (kind === 'embedded') {
      store = await openMemoryStore();
      return;
    }
    server = await startPostgres(postgres.path);
    store = await openStore({ dataDir: '/nonexistent', databaseUrl: await server.newDatabase() });
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await server?.stop();
  });
  beforeEach(() => emptyStore(store));
  return () => store;
}
