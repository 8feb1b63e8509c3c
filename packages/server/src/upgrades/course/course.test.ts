import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { journalStore } from '../../engine/journal-store.ts';
import { EventBus } from '../../notify/event-bus.ts';
import { storeConfirmedUpgrade, storeUpgrade } from '../../testing/confirmed-upgrade.ts';
import { memoryConsole } from '../../testing/memory-console.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { loadUpgrade } from '../queries.ts';
import { journalPage, upgradeCourse } from './course.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000008';
const stepId = '0-lock-console';
const store = sharedStore();

beforeEach(async () => {
  await storeConfirmedUpgrade(store().db, id);
  await store()
    .db.insertInto('lease')
    .values({ name: 'engine', holder: 'x', epoch: 1, expires_at: new Date() })
    .execute();
});

async function append(upgradeId: string, phase: 'intent' | 'evidence', details = {}): Promise<void> {
  const data = { direction: 'forward', message: 'Locking', details } as const;
  await journalStore(store().db, new EventBus()).append({ upgradeId, stepId, epoch: 1, phase, data });
}

/** An upgrade that has ended, whose one step took so many seconds. */
async function ended(seconds: number): Promise<string> {
  const { db } = store();
  const upgradeId = randomUUID();
  await storeUpgrade(db, upgradeId, 'succeeded');
  await append(upgradeId, 'intent');
  await append(upgradeId, 'evidence');
  const begun = Date.parse('2026-11-01T10:00:00.000Z');
  for (const [phase, at] of [
    ['intent', begun],
    ['evidence', begun + seconds * 1000],
  ] as const) {
    const set = { at: new Date(at) };
    await db.updateTable('journal').set(set).where('upgrade_id', '=', upgradeId).where('phase', '=', phase).execute();
  }
  return upgradeId;
}

async function course() {
  return await upgradeCourse(memoryConsole(store()), await loadUpgrade(store().db, id));
}

describe('the course of an upgrade', () => {
  it('has the time left of what earlier upgrades took here, once there were enough of them', async () => {
    expect((await course()).tree).toMatchObject({ timeLeft: null });
    await ended(10);
    expect((await course()).tree).toMatchObject({ timeLeft: null });
    await ended(30);
    expect((await course()).tree).toMatchObject({ timeLeft: { p50Ms: 10_000, p90Ms: 30_000, samples: 2 } });
  });

  it('is not kept from anybody by an earlier one that cannot be read', async () => {
    await ended(10);
    const damaged = await ended(10);
    await store().db.updateTable('journal').set({ data: '{' }).where('upgrade_id', '=', damaged).execute();
    expect((await course()).tree?.timeLeft).toBeNull();
    await store().db.updateTable('upgrade').set({ plan: '{', frozen: '{' }).where('id', '=', id).execute();
    expect(await course()).toMatchObject({
      tree: null,
      failure: { message: expect.stringContaining('cannot be read') },
    });
  });
});

describe('the journal of an upgrade', () => {
  it('is read from where one was, holds no secret, and tells of a line that cannot be read', async () => {
    await append(id, 'intent', { token: 'hunter2', url: 'https://u:hunter2@vcenter.example/' });
    await append(id, 'evidence');
    const { db } = store();
    await db.updateTable('journal').set({ data: '{' }).where('phase', '=', 'evidence').execute();
    const page = await journalPage(db, id, 0);
    expect(JSON.stringify(page)).not.toContain('hunter2');
    expect(page).toMatchObject({
      entries: [
        { stepId, line: { phase: 'intent', data: { message: 'Locking', details: { token: '***' } } }, problem: null },
        { line: null, problem: expect.stringContaining('cannot be read') },
      ],
      more: false,
    });
    await append(id, 'intent');
    const [first, ...others] = (await journalPage(db, id, page.next)).entries;
    expect([first?.line?.phase, others]).toEqual(['intent', []]);
    expect(await journalPage(db, id, first?.sequence ?? 0)).toEqual({
      entries: [],
      next: first?.sequence,
      more: false,
    });
  });
});
