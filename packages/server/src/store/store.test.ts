import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programVersion } from '@sealift/core/program-version';
import { upgradeFormat } from '@sealift/core/upgrade';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storeConfirmedUpgrade } from '../testing/confirmed-upgrade.ts';
import { emptyStore, openMemoryStore } from '../testing/memory-store.ts';
import { migrate } from './migrate.ts';
import { refuseNewer } from './refuse-newer.ts';
import { newestVersion, recordVersion } from './store-version.ts';
import { type Db, openStore, type Store } from './store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('openStore', () => {
  it('keeps what was written, and migrates once', async () => {
    const first = await openStore({ dataDir: folder });
    await first.db.updateTable('console_lock').set({ upgrade_id: 'kept' }).execute();
    await first.close();
    const second = await openStore({ dataDir: folder });
    expect(await second.db.selectFrom('console_lock').selectAll().execute()).toEqual([{ id: 1, upgrade_id: 'kept' }]);
    expect(second).toMatchObject({ kind: 'embedded', shared: false });
    await second.close();
  }, 60_000);

  it.each([
    ['nonsense', 'INPUT_INVALID'],
    ['mysql://localhost/x', 'INPUT_INVALID'],
    ['postgres://nobody:secret@127.0.0.1:1/x', 'STORE_UNREACHABLE'],
  ])('answers DATABASE_URL=%s with %s, and never with its password', async (databaseUrl, code) => {
    const failure = await openStore({ dataDir: folder, databaseUrl }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret');
  });
});

describe('the embedded store', () => {
  it('that cannot be made says where, and nothing of a server', async () => {
    await writeFile(join(folder, 'postgres'), 'in the way');
    const failure = await openStore({ dataDir: folder }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'STORE_UNREACHABLE', hint: expect.stringContaining(folder) });
    expect(failure).toMatchObject({ message: expect.not.stringMatching(/\[object|undefined/) });
  }, 60_000);

  // Only root can make a file system so small.
  it.skipIf(process.getuid?.() !== 0)(
    'on a full disk says so, and is made where there is room again',
    async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'sealift-test', folder]);
      try {
        const failure = await openStore({ dataDir: folder }).catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: 'STORE_FULL', place: join(folder, 'postgres') });
        execFileSync('mount', ['-o', 'remount,size=200m', folder]);
        const store = await openStore({ dataDir: folder });
        await store.close();
      } finally {
        execFileSync('umount', ['-l', folder]);
      }
    },
    60_000,
  );
});

async function appliedMigrations(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

describe('migrate', () => {
  let memory: Store;
  beforeAll(async () => {
    memory = await openMemoryStore();
  }, 60_000);
  afterAll(() => memory.close());

  it('refuses a database that a newer version migrated, and changes nothing', async () => {
    const store = await openMemoryStore();
    await emptyStore(store);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', 'now')`.execute(store.db);
    await expect(migrate(store.db)).rejects.toMatchObject({ code: 'STORE_FROM_NEWER' });
    const version = '12.0.0-next';
    await store.db.insertInto('store_version').values({ id: 1, version, since: new Date() }).execute();
    await expect(migrate(store.db)).rejects.toThrow('migrated by Sealift 12.0.0-next');
    expect(await store.db.selectFrom('store_version').select('version').execute()).toEqual([{ version }]);
    await store.close();
  }, 60_000);

  it.each([
    ['running', upgradeFormat + 1, 'UPGRADE_FROM_NEWER'],
    ['needs-human', upgradeFormat + 1, 'UPGRADE_FROM_NEWER'],
    ['a state of a later version', upgradeFormat + 1, 'UPGRADE_FROM_NEWER'],
    ['draft', upgradeFormat + 1, 'nothing'],
    ['succeeded', upgradeFormat + 1, 'nothing'],
    ['running', upgradeFormat, 'nothing'],
    ['running', null, 'nothing'],
  ])(
    'before it changes anything, has looked at an upgrade that is %s, in the form %s: %s',
    async (state, format, code) => {
      await emptyStore(memory);
      const { db } = memory;
      await storeConfirmedUpgrade(db, 'u1', state);
      await db.updateTable('upgrade').set({ format }).execute();
      // As if this version had one more migration.
      await sql`delete from kysely_migration where name = '0016-versions'`.execute(db);
      const failure = await refuseNewer(db, await appliedMigrations(db)).catch((error: unknown) => error);
      expect(failure).toEqual(code === 'nothing' ? undefined : expect.objectContaining({ code }));
      if (code !== 'nothing') {
        await expect(migrate(db)).rejects.toMatchObject({ hint: expect.stringContaining('Start that version') });
        expect(await appliedMigrations(db)).not.toContain('0016-versions');
      }
      await sql`insert into kysely_migration (name, timestamp) values ('0016-versions', 'now')`.execute(db);
    },
  );

  it('remembers the newest version that was started, not the last one', async () => {
    await emptyStore(memory);
    await recordVersion(memory.db);
    expect(await newestVersion(memory.db)).toBe(`Sealift ${programVersion}`);
    await memory.db.updateTable('store_version').set({ version: '99.0.0' }).execute();
    await recordVersion(memory.db);
    expect(await newestVersion(memory.db)).toBe('Sealift 99.0.0');
  });
});
