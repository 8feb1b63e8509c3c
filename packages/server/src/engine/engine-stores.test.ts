import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupContract } from '@sealift/upgrade/ports/contract/backup';
import { consoleContract } from '@sealift/upgrade/ports/contract/console';
import { journalContract } from '@sealift/upgrade/ports/contract/journal';
import { upgradeFormat } from '@sealift/core/upgrade';
import { leaseContract } from '@sealift/upgrade/ports/contract/lease';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventBus } from '../notify/event-bus.ts';
import { lockedBy } from '../store/change.ts';
import { storeFailure } from '../store/store-failure.ts';
import { openStore, type Store } from '../store/store.ts';
import { storeConfirmedUpgrade, storeUpgrade } from '../testing/confirmed-upgrade.ts';
import { emptyStore, openMemoryStore } from '../testing/memory-store.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import { peer } from '@sealift/testkit/peers';
import { keeperOf } from '../testing/backup-keeper.ts';
import { upgradeBackups } from '../backups/upgrade-backups.ts';
import { consoleState } from './console-state.ts';
import { journalStore } from './journal-store.ts';
import { endAbandonedLease, leaseStore } from './lease-store.ts';

const postgres = peer('postgres');
const upgradeId = '6d8f5a0e-0000-4000-8000-000000000001';
const cancel = new AbortController().signal;

/** The same tests on both databases; what needs two writers at once only where two can be. */
describe.each([
  { name: 'the embedded store', kind: 'embedded', skip: false },
  { name: `PostgreSQL${postgres.missing ? ` (${postgres.remedy})` : ''}`, kind: 'postgresql', skip: postgres.missing },
])('engine stores on $name', { timeout: 30_000 }, ({ kind, skip }) => {
  let server: PostgresServer | undefined;
  let store: Store;
  let other: Store | undefined;

  beforeAll(async () => {
    if (skip) return;
    if (kind === 'embedded') {
      store = await openMemoryStore();
      return;
    }
    server = await startPostgres(postgres.path);
    const databaseUrl = await server.newDatabase();
    // Two replicas that start at the same moment on an empty database.
    const stores = await Promise.all([1, 2].map(() => openStore({ dataDir: '/nonexistent', databaseUrl })));
    [store, other] = stores as [Store, Store];
  }, 60_000);
  afterAll(async () => {
    await other?.close();
    if (!skip) await store.close();
    await server?.stop();
  });
  beforeEach(async () => {
    if (!skip) await emptyStore(store);
  });

  it.skipIf(skip || kind === 'embedded')(
    'a statement that takes too long is ended, and told as the database being away',
    async () => {
      const databaseUrl = (await server?.newDatabase()) ?? '';
      const impatient = await openStore({ dataDir: '/nonexistent', databaseUrl, statementMs: 200 });
      try {
        const failure = await sql`select pg_sleep(20)`.execute(impatient.db).catch((error: unknown) => error);
        expect(storeFailure(failure)).toMatchObject({ code: 'STORE_UNREACHABLE' });
        expect((await sql<{ one: number }>`select 1 as one`.execute(impatient.db)).rows).toEqual([{ one: 1 }]);
      } finally {
        await impatient.close();
      }
    },
  );

  describe.skipIf(skip)('by contract', () => {
    leaseContract(kind, async () => ({ port: leaseStore(store) }));
    journalContract(kind, async () => {
      await storeConfirmedUpgrade(store.db, upgradeId, 'ready');
      return { port: { journal: journalStore(store.db, new EventBus()), lease: leaseStore(store), upgradeId } };
    });
    consoleContract(kind, async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      return { port: { console: consoleState(store.db, new EventBus()), upgradeId, from: '1.0.0', to: '1.0.1' } };
    });
    backupContract(kind, async () => {
      const upgradeIds = [upgradeId, '6d8f5a0e-0000-4000-8000-000000000002'] as const;
      await storeConfirmedUpgrade(store.db, upgradeIds[0], 'succeeded');
      await storeUpgrade(store.db, upgradeIds[1], 'running');
      const folder = await mkdtemp(join(tmpdir(), 'sealift-backup-'));
      return {
        port: { backup: upgradeBackups(store.db, keeperOf(store.db, folder)), upgradeIds },
        close: () => rm(folder, { recursive: true, force: true }),
      };
    });
  });

  describe.skipIf(skip)('lease', () => {
    it('is one holder’s until it expires, and each take-over raises the epoch', async () => {
      const lease = leaseStore(store);
      expect(await lease.acquire('a', 60_000)).toEqual({ epoch: 1 });
      expect(await lease.acquire('b', 60_000)).toBeNull();
      expect(await lease.renew('a', 1, 1)).toBe(true);
      await expect.poll(() => lease.acquire('b', 60_000)).toEqual({ epoch: 2 });
      expect(await lease.renew('a', 1, 60_000)).toBe(false);
      await lease.release('a', 1);
      expect(await lease.acquire('c', 60_000)).toBeNull();
      await lease.release('b', 2);
      expect(await lease.acquire('c', 1)).toEqual({ epoch: 3 });
      await expect.poll(() => lease.acquire('c', 60_000)).toEqual({ epoch: 4 });
      expect(await lease.renew('c', 3, 60_000)).toBe(false);
    });

    it('goes to one of many that ask at once', async () => {
      const stores = [store, other ?? store];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => leaseStore(stores[index % 2] ?? store).acquire(`h${index}`, 60_000)),
      );
      expect(answers.filter((answer) => answer !== null)).toEqual([{ epoch: 1 }]);
    });

    it('is freed at start-up only where no other process can hold it', async () => {
      await leaseStore(store).acquire('dead', 60_000);
      await endAbandonedLease(store);
      expect(await leaseStore(store).acquire('new', 60_000)).toEqual(kind === 'embedded' ? { epoch: 2 } : null);
    });
  });

  describe.skipIf(skip)('journal', () => {
    const data = { direction: 'forward', message: 'x\u0000', details: { b: 1, a: 'x' } } as const;
    const entry = { upgradeId, stepId: '0-lock-console', phase: 'intent', data } as const;

    it('keeps the lines in order, and refuses those of an older epoch', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      const lease = leaseStore(store);
      const journal = journalStore(store.db, new EventBus());
      await expect(journal.append({ ...entry, epoch: 1 })).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await lease.acquire('a', 1);
      await journal.append({ ...entry, epoch: 1 });
      await expect.poll(() => lease.acquire('b', 60_000)).toEqual({ epoch: 2 });
      await expect(journal.append({ ...entry, epoch: 1 })).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await expect(journal.apply(upgradeId, 'finish', 1, {})).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await journal.append({ ...entry, epoch: 2, phase: 'evidence' });
      expect(await journal.read(upgradeId)).toMatchObject([
        { phase: 'intent', epoch: 1, data },
        { phase: 'evidence', epoch: 2, data },
      ]);
    });

    it('changes state only as the state machine allows, with its line, and ends the lock with the upgrade', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      const journal = journalStore(store.db, new EventBus());
      await consoleState(store.db, new EventBus()).lock(upgradeId);
      await leaseStore(store).acquire('a', 60_000);
      await expect(journal.apply(upgradeId, 'resume', 1, {})).rejects.toMatchObject({
        code: 'UPGRADE_STATE_ILLEGAL',
      });
      expect(await journal.read(upgradeId)).toEqual([]);
      expect(await journal.unfinished()).toEqual([upgradeId]);
      expect(await journal.apply(upgradeId, 'finish', 1, { begun: ['a'] })).toBe('succeeded');
      expect(await journal.read(upgradeId)).toMatchObject([
        { phase: 'state', data: { state: 'succeeded', begun: ['a'] } },
      ]);
      expect(await journal.state(upgradeId)).toBe('succeeded');
      expect(await journal.unfinished()).toEqual([]);
      expect(await lockedBy(store.db)).toBeNull();
    });

    it.each(['paused', 'needs-human', 'rollback-paused', 'rollback-needs-human'] as const)(
      'gives one that is %s to nobody: a person decides first',
      async (state) => {
        await storeConfirmedUpgrade(store.db, upgradeId, state);
        expect(await journalStore(store.db, new EventBus()).unfinished()).toEqual([]);
      },
    );

    it('gives a confirmed upgrade to whoever starts next, should nobody have begun it', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId, 'ready');
      const journal = journalStore(store.db, new EventBus());
      expect(await journal.unfinished()).toEqual([upgradeId]);
      expect(await journal.frozen(upgradeId)).toMatchObject({ upgrade: { plan: { to: '1.0.1' } } });
      expect(await journal.frozen('none')).toBeNull();
    });
  });

  describe.skipIf(skip)('an upgrade that a newer console took up', () => {
    it('is left to it, by an engine and by a person, and its form is never set back', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      const journal = journalStore(store.db, new EventBus());
      await leaseStore(store).acquire('a', 60_000);
      const data = { direction: 'forward', message: 'x', details: {} } as const;
      await journal.append({ upgradeId, stepId: '0-lock-console', phase: 'intent', data, epoch: 1 });
      const formats = () => store.db.selectFrom('upgrade').select('format').execute();
      expect(await formats()).toEqual([{ format: upgradeFormat }]);
      await store.db
        .updateTable('upgrade')
        .set({ format: upgradeFormat + 1 })
        .execute();
      const refused = { code: 'UPGRADE_FROM_NEWER' };
      await expect(journal.state(upgradeId)).rejects.toMatchObject(refused);
      expect(await journal.unfinished()).toEqual([]);
      await expect(journal.apply(upgradeId, 'need-person', 1, {})).rejects.toMatchObject(refused);
      const anew = journalStore(store.db, new EventBus());
      await anew.append({ upgradeId, stepId: '0-lock-console', phase: 'evidence', data, epoch: 1 });
      expect(await formats()).toEqual([{ format: upgradeFormat + 1 }]);
    });
  });

  describe.skipIf(skip || kind === 'embedded')('two writers', () => {
    it('makes a take-over wait for the old holder’s write under way', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      await leaseStore(store).acquire('a', 1);
      const second = other ?? store;
      const order: string[] = [];
      const { fenced } = await import('./fenced.ts');
      let taking: Promise<unknown> = Promise.resolve();
      await fenced(store.db, 1, async (trx) => {
        taking = leaseStore(second)
          .acquire('b', 60_000)
          .then((answer) => order.push(`taken ${answer?.epoch}`));
        // Until the other really waits for the row.
        await expect
          .poll(async () => {
            const { rows } = await sql<{ n: number }>`
              select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'`.execute(trx);
            return rows[0]?.n;
          })
          .toBe(1);
        order.push('written');
      });
      await taking;
      expect(order).toEqual(['written', 'taken 2']);
    });

    it('lets one of two replicas lock the console', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      const locks = [store, other ?? store].map(({ db }, index) =>
        consoleState(db, new EventBus())
          .lock(`upgrade-${index}`)
          .then(() => 'locked')
          .catch((error: { code: string }) => error.code),
      );
      expect((await Promise.all(locks)).sort()).toEqual(['CONSOLE_LOCKED', 'locked']);
    });
  });

  describe.skipIf(skip || kind === 'embedded')('a connection that ends', () => {
    it('in the middle of a transaction fails that one, and nothing else', async () => {
      const cut = store.db.transaction().execute(async (trx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
        await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute((other ?? store).db);
        return await sql`select 1`.execute(trx);
      });
      await expect(cut).rejects.toThrow(/ECONNRESET|connection|terminat/i);
      expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
    });
  });

  describe.skipIf(skip)('console state', () => {
    it('is not locked by a word that comes after the end of its upgrade', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId, 'succeeded');
      const late = consoleState(store.db, new EventBus()).lock(upgradeId);
      await expect(late).rejects.toMatchObject({ code: 'UPGRADE_STATE_ILLEGAL' });
      expect(await lockedBy(store.db)).toBeNull();
    });

    it('records the installed release once, with the new defaults as base', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      const state = consoleState(store.db, new EventBus());
      await state.recordInstalled(upgradeId, 0);
      await state.recordInstalled(upgradeId, 0);
      expect(await state.installedVersion()).toBe('1.0.1');
      const layers = await store.db.selectFrom('profile_layer').selectAll().execute();
      expect(layers).toMatchObject([
        { version: '2', base_values: 'mtu: 1440\nnew: true\n', current_values: 'mtu: 9000\nnew: true\n' },
      ]);
      const profile = await store.db.selectFrom('profile').selectAll().executeTakeFirstOrThrow();
      expect(profile.revision).toBe(2);
      expect(await store.db.selectFrom('audit_entry').select('action').execute()).toHaveLength(1);
    });

    it('records what was installed before again, once, with the defaults that its values were written against', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      const content = async () => await store.db.selectFrom('profile_layer').selectAll().execute();
      const before = await content();
      const state = consoleState(store.db, new EventBus());
      await state.recordInstalled(upgradeId, 0);
      expect(await content()).not.toEqual(before);
      for (let time = 0; time < 2; time += 1) await state.recordFormer(upgradeId, 0);
      expect(await content()).toEqual(before);
      const profile = await store.db.selectFrom('profile').selectAll().executeTakeFirstOrThrow();
      // Grown each time: a draft of what was recorded meanwhile is stale.
      expect(profile).toMatchObject({ version: '1.0.0', revision: 3, recorded_by: `upgrade ${upgradeId}` });
    });

    it('refuses a frozen text that someone changed', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      await store.db.updateTable('upgrade').set({ frozen: sql<string>`replace(frozen, '9000', '9001')` }).execute();
      const recording = consoleState(store.db, new EventBus()).recordInstalled(upgradeId, 0);
      await expect(recording).rejects.toMatchObject({ code: 'UPGRADE_HASH_MISMATCH' });
      expect(await consoleState(store.db, new EventBus()).installedVersion()).toBe('1.0.0');
    });
  });

  describe.skipIf(skip)('backup', () => {
    it('is made once, found while it reads back, and made again when it is damaged', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sealift-backup-'));
      try {
        await storeConfirmedUpgrade(store.db, upgradeId);
        const backup = upgradeBackups(store.db, keeperOf(store.db, folder));
        expect(await backup.find(upgradeId, cancel)).toBeNull();
        const made = await backup.make(upgradeId, cancel);
        expect(await backup.make(upgradeId, cancel)).toEqual(made);
        expect(await backup.find(upgradeId, cancel)).toEqual(made);
        await writeFile(join(folder, made.reference), 'damaged');
        expect(await backup.find(upgradeId, cancel)).toBeNull();
        const again = await backup.make(upgradeId, cancel);
        expect(await backup.find(upgradeId, cancel)).toEqual(again);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

    it('says that it cannot be written, and leaves no record of one', async () => {
      await storeConfirmedUpgrade(store.db, upgradeId);
      const backup = upgradeBackups(store.db, keeperOf(store.db, '/dev/null/folder'));
      await expect(backup.make(upgradeId, cancel)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
      expect(await backup.find(upgradeId, cancel)).toBeNull();
    });
  });
});
