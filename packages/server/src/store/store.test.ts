import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyStore, openMemoryStore } from '../testing/memory-store.ts';
import { migrate } from './migrate.ts';
import { openStore } from './store.ts';

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

describe('migrate', () => {
  it('refuses a database that a newer version migrated, and changes nothing', async () => {
    const store = await openMemoryStore();
    await emptyStore(store);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', 'now')`.execute(store.db);
    await expect(migrate(store.db)).rejects.toMatchObject({ code: 'STORE_FROM_NEWER' });
    await store.close();
  }, 60_000);
});
