import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { buildApp } from './build-app.ts';
import { composeConsole } from './compose.ts';

/** The OpenAPI 3.1 description of the API. Needs neither database nor network: no route is called. */
export async function describeApi(): Promise<object> {
  const settings = { dataDir: '.', simulatorUrl: undefined, site: undefined };
  const app = await buildApp({ parts: composeConsole(storeOfNothing(), settings, () => undefined) });
  try {
    await app.ready();
    return app.swagger();
  } finally {
    await app.close();
  }
}

/** A store that answers every query with nothing. */
function storeOfNothing(): Store {
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return { db, jobs: {}, kind: 'embedded', shared: false, close: () => db.destroy() };
}
