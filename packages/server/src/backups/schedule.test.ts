import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consoleState } from '../engine/console-state.ts';
import { EventBus } from '../notify/event-bus.ts';
import { keeperOf } from '../testing/backup-keeper.ts';
import { storeConfirmedUpgrade } from '../testing/confirmed-upgrade.ts';
import { sharedStore } from '../testing/shared-store.ts';
import type { BackupKeeper } from './backup-keeper.ts';
import { removeBackup } from './retention.ts';
import { changeSchedule, dueAt, isMissed, readSchedule, ScheduledBackups } from './schedule.ts';

const store = sharedStore();
const ann = { name: 'ann', address: 'local' };
const upgradeId = '6d8f5a0e-0000-4000-8000-000000000001';
const hour = 3_600_000;
const cancel = new AbortController().signal;
let folder: string;
let keeper: BackupKeeper;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-schedule-'));
  keeper = keeperOf(store().db, folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const count = async () => (await store().db.selectFrom('backup').select('id').execute()).length;

describe('backups that are made by themselves', () => {
  it('are begun by one console when due, and by none before', async () => {
    const consoles = [1, 2].map(() => new ScheduledBackups(store().db, keeperOf(store().db, folder)));
    const at = (time: number) => Promise.all(consoles.map((one) => one.doWhatIsDue(new Date(time))));
    await at(0);
    expect(await count()).toBe(0);
    await changeSchedule(store().db, ann, { everyHours: 2, keep: 5 });
    await at(0);
    await at(2 * hour - 1);
    expect(await count()).toBe(1);
    await at(2 * hour);
    expect(await count()).toBe(2);
  });

  it('are said to be missed when nobody made one in time', async () => {
    await changeSchedule(store().db, ann, { everyHours: 2, keep: 5 });
    await store()
      .db.updateTable('backup_schedule')
      .set({ begun_at: new Date(0) })
      .execute();
    const schedule = await readSchedule(store().db);
    expect(dueAt(schedule, new Date(9 * hour))).toEqual(new Date(2 * hour));
    expect(isMissed(schedule, new Date(3 * hour))).toBe(false);
    expect(isMissed(schedule, new Date(3 * hour + 1))).toBe(true);
  });

  it('wait for the end of an upgrade', async () => {
    await storeConfirmedUpgrade(store().db, upgradeId);
    await changeSchedule(store().db, ann, { everyHours: 1, keep: 1 });
    await consoleState(store().db, new EventBus()).lock(upgradeId);
    await new ScheduledBackups(store().db, keeper).doWhatIsDue(new Date());
    expect(await count()).toBe(0);
  });

  it('take the place of the oldest of their kind, and of no other one', async () => {
    const asked = await keeper.make({ why: 'asked', by: 'ann' }, ann, cancel);
    await changeSchedule(store().db, ann, { everyHours: 1, keep: 2 });
    const scheduled = new ScheduledBackups(store().db, keeper);
    for (const time of [0, 1, 2, 3]) await scheduled.doWhatIsDue(new Date(time * hour));
    const kept = await store().db.selectFrom('backup').selectAll().orderBy('created_at').execute();
    expect(kept).toHaveLength(3);
    expect(kept[0]?.id).toBe(asked.id);
    expect((await readdir(folder)).toSorted()).toEqual(kept.map(({ reference }) => reference).toSorted());
  });
});

describe('the backup of an upgrade', () => {
  it('is not removed before that has ended', async () => {
    await storeConfirmedUpgrade(store().db, upgradeId);
    const row = await keeper.make({ why: 'upgrade', upgradeId }, ann, cancel);
    await expect(removeBackup(store().db, keeper, ann, row)).rejects.toMatchObject({ code: 'BACKUP_NEEDED' });
    expect(await readdir(folder)).toEqual([row.reference]);
    await store().db.updateTable('upgrade').set({ state: 'succeeded' }).execute();
    await removeBackup(store().db, keeper, ann, row);
    expect(await readdir(folder)).toEqual([]);
  });
});
