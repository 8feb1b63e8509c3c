import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord } from '@sealift/core/backup';
import { SealiftError } from '@sealift/core/errors';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordAudit } from '../audit/audit-log.ts';
import { readJournal } from '../engine/journal-store.ts';
import { consoleState } from '../engine/console-state.ts';
import { leaseStore } from '../engine/lease-store.ts';
import { EventBus } from '../notify/event-bus.ts';
import { lockedBy } from '../store/change.ts';
import { emptyStore } from '../testing/memory-store.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { keeperOf, openTestKey, testKey } from '../testing/backup-keeper.ts';
import { storeConfirmedUpgrade } from '../testing/confirmed-upgrade.ts';
import { backedUpTables } from './backed-up-tables.ts';
import type { BackupKeeper } from './backup-keeper.ts';
import type { BackedUpPlatform } from './platform-records.ts';
import { type BackupSource, readBackup } from './read-backup.ts';
import { restoreDatabase } from './restore-database.ts';
import { atOneMoment, digestOf } from './rows.ts';

const store = sharedStore();
const upgradeId = '6d8f5a0e-0000-4000-8000-000000000001';
const cancel = new AbortController().signal;
const ann = { name: 'ann', address: 'local' };
const asked = { why: 'asked', by: 'ann' } as const;
let folder: string;
let keeper: BackupKeeper;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-backups-'));
  keeper = keeperOf(store().db, folder);
  await storeConfirmedUpgrade(store().db, upgradeId);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function sourceOf(reference: string): Promise<BackupSource> {
  const key = await openTestKey();
  return { reference, bytes: createReadStream(join(folder, reference)), key, keyPath: testKey.path };
}

/** Every table that is backed up, as one digest each. */
const digests = () =>
  atOneMoment(store().db, async (trx) => {
    const all = [];
    for (const table of backedUpTables) all.push(await digestOf(trx, table));
    return all;
  });

describe('a backup', () => {
  it('is sealed, readable by its owner alone, and tells what it holds and what it does not', async () => {
    const row = await keeper.make(asked, ann, cancel);
    const path = join(folder, row.reference);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(path);
    expect(bytes.includes('Harborview')).toBe(false);
    expect(bytes.length).toBe(row.size_bytes);
    const { header, begin, end, omitted } = await readBackup(await sourceOf(row.reference));
    expect(header).toMatchObject({ id: row.id, format: 2, keyId: row.key_id });
    expect(begin).toMatchObject({ reason: asked, installed: { version: '1.0.0' } });
    expect(end.tables.map(({ name }) => name)).toEqual([...backedUpTables]);
    expect(omitted).toContainEqual({ what: 'the cluster', why: 'there is none' });
    expect(JSON.parse(row.proof ?? '')).toMatchObject({ tables: backedUpTables.length, objects: 0, loaded: null });
    expect(await readdir(folder)).toEqual([row.reference]);
    // Nothing is left of the trial.
    const { rows } = await sql<{
      name: string;
    }>`select nspname as name from pg_namespace where nspname like 'sealift%'`.execute(store().db);
    expect(rows).toEqual([]);
  });

  it('brings a console back, row by row, to the number of the next line of a journal', async () => {
    await store()
      .db.transaction()
      .execute((trx) => recordAudit(trx, ann, { action: 'a', subject: 'ü\u2028"\\' }));
    const lease = await leaseStore(store()).acquire('a', 60_000);
    const before = await digests();
    const row = await keeper.make(asked, ann, cancel);
    await emptyStore(store());
    const { ended, rows } = await restoreDatabase(store().db, await sourceOf(row.reference), {
      replace: false,
      dryRun: false,
    });
    expect(lease?.epoch).toBe(1);
    // It was running: that it was ended, and the restore itself, are new.
    expect(ended).toEqual([upgradeId]);
    const touched = new Set(['upgrade', 'journal', 'audit_entry', 'audit_head']);
    const unchanged = (all: Awaited<ReturnType<typeof digests>>) => all.filter(({ name }) => !touched.has(name));
    expect(unchanged(await digests())).toEqual(unchanged(before));
    expect(rows).toBe(before.reduce((sum, table) => sum + table.rows, 0));
    expect(await lockedBy(store().db)).toBeNull();
    expect((await readJournal(store().db, upgradeId)).at(-1)).toMatchObject({
      phase: 'state',
      data: { state: 'aborted' },
    });
  });

  it('is tried without leaving anything, and refused by a console in use unless that is to be replaced', async () => {
    const row = await keeper.make(asked, ann, cancel);
    const before = await digests();
    const source = () => sourceOf(row.reference);
    await expect(restoreDatabase(store().db, await source(), { replace: false, dryRun: false })).rejects.toMatchObject({
      code: 'CONSOLE_NOT_EMPTY',
      message: expect.stringContaining('upgrade: 1'),
    });
    await restoreDatabase(store().db, await source(), { replace: true, dryRun: true });
    expect(await digests()).toEqual(before);
    await consoleState(store().db, new EventBus()).lock(upgradeId);
    for (const _ of [1, 2]) await restoreDatabase(store().db, await source(), { replace: true, dryRun: false });
    expect((await digests()).find(({ name }) => name === 'journal')?.rows).toBe(2);
    expect(await lockedBy(store().db)).toBeNull();
  });

  it('that is cut, flipped or joined from two is refused, and the store stays as it was', async () => {
    const [first, second] = [await keeper.make(asked, ann, cancel), await keeper.make(asked, ann, cancel)];
    const whole = await readFile(join(folder, first.reference));
    const other = await readFile(join(folder, second.reference));
    const head = whole.indexOf(0x0a) + 1;
    const before = await digests();
    const flipped = Buffer.from(whole);
    flipped[head + 100] = (flipped[head + 100] ?? 0) ^ 4;
    const renamed = Buffer.from(whole.toString('latin1').replace(first.id, second.id), 'latin1');
    const damages = [
      flipped,
      renamed,
      whole.subarray(0, -1),
      whole.subarray(0, head),
      whole.subarray(0, 5),
      Buffer.alloc(0),
    ];
    damages.push(Buffer.concat([whole.subarray(0, head), other.subarray(other.indexOf(0x0a) + 1)]));
    damages.push(Buffer.concat([whole, Buffer.from('\n')]));
    for (const bytes of damages) {
      await writeFile(join(folder, first.reference), bytes);
      const restoring = restoreDatabase(store().db, await sourceOf(first.reference), { replace: true, dryRun: false });
      await expect(restoring).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
    }
    expect(await digests()).toEqual(before);
  });

  it('of another key or format is refused by name', async () => {
    const row = await keeper.make(asked, ann, cancel);
    const whole = await readFile(join(folder, row.reference), 'latin1');
    const reading = async (text: string) => {
      await writeFile(join(folder, row.reference), text, 'latin1');
      return await readBackup(await sourceOf(row.reference));
    };
    await expect(reading(whole.replace(row.key_id ?? '', 'f'.repeat(16)))).rejects.toMatchObject({
      code: 'BACKUP_KEY_OTHER',
      message: expect.stringContaining(testKey.path),
    });
    await expect(reading(whole.replace('"format":2', '"format":3'))).rejects.toMatchObject({
      code: 'RECORD_FORMAT_OTHER',
    });
  });

  it('does not count where the trial restore differs from what was read', async () => {
    // A row that the trial cannot hold twice.
    await sql`alter table trusted_key drop constraint trusted_key_pkey`.execute(store().db);
    const key = { key_id: 'a', fingerprint: 'f', public_key: 'p', added_at: new Date(), revoked_at: null };
    await store().db.insertInto('trusted_key').values([key, key]).execute();
    try {
      await expect(keeper.make(asked, ann, cancel)).rejects.toThrow('duplicate key');
      expect(await readdir(folder)).toEqual([]);
      expect(await store().db.selectFrom('backup').selectAll().execute()).toEqual([]);
      expect(keeper.lastFailure).toMatchObject({ reason: asked });
    } finally {
      await store().db.deleteFrom('trusted_key').execute();
      await sql`alter table trusted_key add primary key (key_id)`.execute(store().db);
    }
  });

  it('is loaded into an API server where one is at hand, and does not count where that differs', async () => {
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'b' } };
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'X', metadata: { name: 'x' } };
    const withObjects: BackedUpPlatform = {
      async *records() {
        yield { record: 'object', cluster: 'enterprise', object };
        yield { record: 'definition', cluster: 'enterprise', object: definition };
      },
    };
    const told: string[] = [];
    const loading = keeperOf(store().db, folder, withObjects, async ({ records }) => {
      told.push(...records.map(({ record }) => record));
      if (told.length > 2)
        throw new SealiftError('BACKUP_NOT_PROVEN', { values: { reference: 'b', reason: 'a is lost' } });
      return 1;
    });
    const row = await loading.make(asked, ann, cancel);
    expect(JSON.parse(row.proof ?? '')).toMatchObject({ objects: 1, loaded: 1 });
    await expect(loading.make(asked, ann, cancel)).rejects.toThrow('a is lost');
    expect(told).toEqual(['object', 'definition', 'object', 'definition']);
    expect(await readdir(folder)).toEqual([row.reference]);
  });

  it('is made one at a time, and none where the cluster does not answer', async () => {
    const answer = Promise.withResolvers<BackupRecord>();
    answer.promise.catch(() => undefined);
    const slow = keeperOf(store().db, folder, {
      async *records() {
        yield (await answer.promise) as Exclude<BackupRecord, { record: 'end' }>;
      },
    });
    const { made } = slow.begin(asked, ann);
    expect(() => slow.begin(asked, ann)).toThrow('already');
    answer.reject(new Error('the API server is away'));
    await expect(made).rejects.toThrow('away');
    expect(slow.running).toBeNull();
    expect(await readdir(folder)).toEqual([]);
  });
});
