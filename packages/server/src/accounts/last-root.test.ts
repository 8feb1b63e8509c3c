import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import { expect, it } from 'vitest';
import { migrate } from '../store/migrate.ts';
import { change } from '../store/change.ts';
import { openStore } from '../store/store.ts';
import { startPostgres } from '../testing/postgres-server.ts';
import { changeAccount } from './manage-accounts.ts';

const postgres = peer('postgres');

// The embedded store has one connection: only here do two really meet.
it.skipIf(postgres.missing)(
  `two Roots who take the role from each other over connections of their own leave one (${postgres.remedy})`,
  async () => {
    const server = await startPostgres(postgres.path);
    const dataDir = mkdtempSync(join(tmpdir(), 'sealift-roots-'));
    try {
      const store = await openStore({ dataDir, databaseUrl: await server.newDatabase() });
      try {
        await migrate(store.db);
        for (let round = 0; round < 10; round += 1) {
          await store.db.deleteFrom('account').execute();
          const roots = [randomUUID(), randomUUID()] as const;
          for (const id of roots) {
            const row = { id, username: id, role: 'root', password_hash: 'x', created_at: new Date() } as const;
            await store.db.insertInto('account').values(row).execute();
          }
          const demote = (by: string, id: string) =>
            change(store.db, (trx) => {
              const session = { expiresAt: new Date(), hasPassword: true, address: '127.0.0.1' };
              const principal = { accountId: by, name: by, role: 'root', ...session } as const;
              return changeAccount(trx, principal, { id, revision: 0 }, { role: 'viewer', disabled: false });
            });
          const [a, b] = roots;
          const outcomes = await Promise.allSettled([demote(a, b), demote(b, a)]);
          expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
          expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'LAST_ROOT' } });
        }
      } finally {
        await store.close();
      }
    } finally {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
  60_000,
);
