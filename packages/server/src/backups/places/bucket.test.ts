import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupStoreRequest } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import { type S3Server, startS3Server } from '@sealift/testkit/s3-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consoleState } from '../../engine/console-state.ts';
import { EventBus } from '../../notify/event-bus.ts';
import { keeperOf, testKey } from '../../testing/backup-keeper.ts';
import { storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import type { BackupKeeper } from '../backup-keeper.ts';
import { listBackups } from '../backup-list.ts';
import { removeBackup } from '../retention.ts';
import { changeSchedule, ScheduledBackups } from '../schedule.ts';
import { upgradeBackups } from '../upgrade-backups.ts';
import { changeStore, checkStore } from './change-store.ts';

const versitygw = peer('versitygw');
const store = sharedStore();
const ann = { name: 'ann', address: 'local' };
const asked = { why: 'asked', by: 'ann' } as const;
const upgradeId = '6d8f5a0e-0000-4000-8000-000000000001';
const cancel = new AbortController().signal;
let server: S3Server;
let folder: string;
let keeper: BackupKeeper;

beforeAll(async () => {
  if (!versitygw.missing) server = await startS3Server(versitygw);
});
afterAll(() => server?.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-bucket-'));
  keeper = keeperOf(store().db, folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A prefix of its own keeps tests apart. */
let prefixes = 0;
async function keepInBucket(changes: Partial<NonNullable<BackupStoreRequest['bucket']>> = {}): Promise<string> {
  prefixes += 1;
  const { endpoint, region, bucket, accessKey, secretKey } = server;
  const prefix = `site-${prefixes}/`;
  const settings = { endpoint, region, bucket, prefix, accessKey, secretKey, ca: null, pathStyle: true, ...changes };
  await set(settings);
  return prefix;
}

async function set(bucket: BackupStoreRequest['bucket']): Promise<void> {
  const { revision } = await keeper.places.view();
  await changeStore({ db: store().db, secretKey: testKey }, ann, { revision, bucket });
}

const list = () => listBackups({ db: store().db, backups: keeper, secretKey: testKey });
const inBucket = (prefix: string): Promise<string[]> => readdir(server.pathOf(prefix)).catch(() => []);

describe.skipIf(versitygw.missing)(`backups in a bucket (${versitygw.remedy})`, () => {
  it('lie there alone, are proven from there, and are listed, verified and removed there', async () => {
    const prefix = await keepInBucket();
    const row = await keeper.make(asked, ann, cancel);
    expect([await inBucket(prefix), await readdir(folder)]).toEqual([[row.reference], []]);
    const { store: shown, storeProblem, backups } = await list();
    expect([shown.place, storeProblem]).toEqual([`s3://backups/${prefix} at ${server.endpoint}`, null]);
    expect(backups).toMatchObject([{ id: row.id, place: shown.place, isHere: true, proof: { objects: 0 } }]);
    expect(await keeper.verify(row)).toMatchObject({ loaded: null });
    await removeBackup(store().db, keeper, ann, row);
    expect([await inBucket(prefix), (await list()).backups, await readdir(folder)]).toEqual([[], [], []]);
  });

  it('that were damaged, cut or removed there are told so, each for what it is', async () => {
    const prefix = await keepInBucket();
    const row = await keeper.make(asked, ann, cancel);
    const path = server.pathOf(prefix + row.reference);
    const whole = await readFile(path);
    const flipped = Buffer.from(whole);
    flipped[1000] = (flipped[1000] ?? 0) ^ 1;
    for (const [bytes, isHere] of [
      [flipped, true],
      [whole.subarray(0, -1), false],
      [Buffer.concat([whole, whole]), false],
    ] as const) {
      await writeFile(path, bytes);
      await expect(keeper.verify(row)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
      expect((await list()).backups[0]?.isHere).toBe(isHere);
    }
    await rm(path);
    await expect(keeper.verify(row)).rejects.toMatchObject({ code: 'S3_OBJECT_MISSING' });
    expect((await list()).backups[0]?.isHere).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });

  it('do not count where the store loses what it took', async () => {
    const prefix = await keepInBucket();
    const losing = keeperOf(store().db, folder);
    const place = await losing.places.current();
    losing.places.current = async () => ({
      ...place,
      async keep(reference, draft, signal) {
        await place.keep(reference, draft, signal);
        const path = server.pathOf(prefix + reference);
        await writeFile(path, (await readFile(path)).fill(0, 500, 510));
      },
    });
    await expect(losing.make(asked, ann, cancel)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
    expect([await inBucket(prefix), (await list()).backups]).toEqual([[], []]);
  });

  it('of the schedule take the place of the oldest there', async () => {
    const prefix = await keepInBucket();
    await changeSchedule(store().db, ann, { everyHours: 1, keep: 2 });
    const scheduled = new ScheduledBackups(store().db, keeper);
    for (const time of [0, 1, 2, 3]) await scheduled.doWhatIsDue(new Date(time * 3_600_000));
    const kept = (await list()).backups.map(({ reference }) => reference);
    expect(kept).toHaveLength(2);
    expect((await inBucket(prefix)).toSorted()).toEqual(kept.toSorted());
  });

  it('of an upgrade are found again there, and made again only where they are gone or damaged', async () => {
    const prefix = await keepInBucket();
    await storeConfirmedUpgrade(store().db, upgradeId);
    const port = upgradeBackups(store().db, keeper);
    const made = await port.make(upgradeId, cancel);
    expect(await port.make(upgradeId, cancel)).toEqual(made);
    await writeFile(server.pathOf(prefix + made.reference), 'x');
    expect(await port.find(upgradeId, cancel)).toBeNull();
    const again = await port.make(upgradeId, cancel);
    expect(await port.find(upgradeId, cancel)).toEqual(again);
  });

  it('stay where they are when the place is changed, and their list says where', async () => {
    const prefix = await keepInBucket();
    const row = await keeper.make(asked, ann, cancel);
    await set(null);
    const here = await keeper.make(asked, ann, cancel);
    const { backups, store: shown } = await list();
    expect(shown).toMatchObject({ bucket: null, place: folder });
    expect(backups.map(({ id, place, isHere }) => [id, place, isHere])).toEqual([
      [here.id, folder, true],
      [row.id, row.place, null],
    ]);
    await expect(keeper.verify(row)).rejects.toMatchObject({ code: 'BACKUP_ELSEWHERE' });
    await expect(removeBackup(store().db, keeper, ann, row)).rejects.toMatchObject({ code: 'BACKUP_ELSEWHERE' });
    expect(await inBucket(prefix)).toEqual([row.reference]);
  });
});

describe.skipIf(versitygw.missing)(`where backups are kept (${versitygw.remedy})`, () => {
  it('is changed only to where all that they need was done', async () => {
    await expect(keepInBucket({ bucket: 'missing' })).rejects.toMatchObject({ code: 'S3_BUCKET_MISSING' });
    await expect(keepInBucket({ secretKey: 'wrong' })).rejects.toMatchObject({ code: 'S3_LOGIN_REFUSED' });
    await expect(keepInBucket({ ca: 'no certificate' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      place: 'body.bucket.ca',
    });
    await expect(keepInBucket({ prefix: '../' })).rejects.toMatchObject({ place: 'body.bucket.prefix' });
    expect(await keeper.places.view()).toMatchObject({ revision: 0, bucket: null });
    const prefix = await keepInBucket();
    expect(await inBucket(prefix)).toEqual([]);
    expect(await checkStore({ db: store().db, secretKey: testKey })).toContain('never overwrite');
  });

  it('keeps the secret sealed, and takes it along only to the same store', async () => {
    await keepInBucket();
    const rows = await store().db.selectFrom('backup_store').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(server.secretKey);
    const audit = await store().db.selectFrom('audit_entry').selectAll().execute();
    expect(JSON.stringify([audit, await list()])).not.toContain(server.secretKey);
    const { bucket } = await keeper.places.view();
    if (bucket === null) throw new Error('one was set');
    await set({ ...bucket, prefix: 'another/' });
    await expect(set({ ...bucket, endpoint: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      place: 'body.bucket.secretKey',
    });
  });

  it('is not changed over another change', async () => {
    await keepInBucket();
    const { revision } = await keeper.places.view();
    const late = changeStore({ db: store().db, secretKey: testKey }, ann, { revision: revision - 1, bucket: null });
    await expect(late).rejects.toMatchObject({ code: 'BACKUP_STORE_CHANGED' });
  });

  it('stays the same while an upgrade runs, but for its login', async () => {
    const prefix = await keepInBucket();
    await storeConfirmedUpgrade(store().db, upgradeId);
    await consoleState(store().db, new EventBus()).lock(upgradeId);
    await expect(set(null)).rejects.toMatchObject({ code: 'CONSOLE_LOCKED' });
    await keepInBucket({ prefix });
  });

  it('that does not answer is told with the list, and makes no backup', async () => {
    const gone = await startS3Server(versitygw);
    try {
      await keepInBucket({ endpoint: gone.endpoint });
      await keeper.make(asked, ann, cancel);
    } finally {
      await gone.stop();
    }
    const { storeProblem, backups } = await list();
    expect(storeProblem).toMatch(/cannot be reached.*Check its address/);
    expect(backups.map(({ isHere }) => isHere)).toEqual([null]);
    const port = upgradeBackups(store().db, keeper);
    expect(await port.find(upgradeId, cancel)).toBeNull();
    await store().db.updateTable('backup_store').set({ secret: 'x' }).execute();
    expect((await list()).storeProblem).toMatch(/changed since it was sealed/);
  });
});
