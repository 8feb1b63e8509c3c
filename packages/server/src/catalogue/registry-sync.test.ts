import type { SyncState } from '@sealift/core/api';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemActor } from '../audit/actor.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import { Jobs } from '../jobs/jobs.ts';
import { EventBus } from '../notify/event-bus.ts';
import type { Store } from '../store/store.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import type { CatalogueContent } from './catalogue-content.ts';
import { RegistrySync, type SyncedRegistry } from './registry-sync.ts';
import { packRegistryName, readSyncState, writeSyncState } from './sync-state.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe('a sync', () => {
  let store: Store;
  let jobs: Jobs;
  beforeAll(async () => {
    store = await openMemoryStore();
    jobs = await Jobs.open(store.jobs, (error) => expect.unreachable(String(error)));
  });
  afterAll(async () => {
    await jobs.close();
    await store.close();
  });

  /** A registry without content whose answers wait to be let through. */
  function gatedRegistry() {
    const waiting: (() => void)[] = [];
    const markers = async (): Promise<string[]> => {
      gate.asked += 1;
      await new Promise<void>((release) => waiting.push(release));
      return [];
    };
    const content = { markers } as unknown as CatalogueContent;
    const gate = { asked: 0, answer: () => waiting.shift()?.(), content };
    return gate;
  }

  const elsewhere = { missing: async () => [], readPack: () => expect.unreachable() };
  function synced({ content }: { readonly content: CatalogueContent }): SyncedRegistry {
    return { name: packRegistryName, content: async () => content, elsewhere };
  }

  async function begin(name: string, registry = gatedRegistry()) {
    const events = new EventBus();
    const sync = new RegistrySync(store, synced(registry), events);
    await sync.begin(await jobs.queue(name));
    return { sync, registry };
  }

  const stateIs = async (wanted: SyncState['state']): Promise<void> => {
    await expect.poll(async () => (await readSyncState(store.db)).state, { timeout: 20_000 }).toBe(wanted);
  };

  it('that is asked for while one is under way begins after it, and is not over before its own end', async () => {
    const { sync, registry } = await begin('twice');
    await sync.start(systemActor);
    expect((await readSyncState(store.db)).state).toBe('running');
    await waitUntil('work to begin', () => registry.asked === 1);
    await Promise.all([sync.start(systemActor), sync.start(systemActor)]);
    registry.answer();
    await waitUntil('work to begin', () => registry.asked === 2);
    expect((await readSyncState(store.db)).state).toBe('running');
    registry.answer();
    await stateIs('succeeded');
    expect(registry.asked).toBe(2);
    const asked = await store.db
      .selectFrom('audit_entry')
      .select('action')
      .where('action', '=', 'registry.sync')
      .execute();
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['is not over while another one waits', true, 'running'],
    ['is over when none waits', false, 'succeeded'],
  ])('%s', async (_, isWaiting, state) => {
    let run: () => Promise<void> = () => expect.unreachable();
    const work = async (given: typeof run): Promise<void> => {
      run = given;
    };
    const queue = { abandoned: 0, work, isWaiting: async () => isWaiting } as unknown as JobQueue;
    const registry = gatedRegistry();
    await new RegistrySync(store, synced(registry), new EventBus()).begin(queue);
    const ran = run();
    await waitUntil('work to begin', () => registry.asked === 1);
    registry.answer();
    await ran;
    expect((await readSyncState(store.db)).state).toBe(state);
  });

  it('that the console was stopped in is told as failed when it starts again, and can be asked for anew', async () => {
    const left = { ...(await readSyncState(store.db)), state: 'running', finishedAt: null } as const;
    await writeSyncState(store.db, left, packRegistryName);
    const { sync, registry } = await begin('stopped');
    expect(await readSyncState(store.db)).toMatchObject({
      state: 'failed',
      message: 'The console was stopped during the sync; sync again',
    });
    await sync.start(systemActor);
    await waitUntil('work to begin', () => registry.asked === 1);
    registry.answer();
    await stateIs('succeeded');
  });

  it('does not begin once an upgrade locks the console', async () => {
    const { sync, registry } = await begin('locked');
    await sync.start(systemActor);
    await waitUntil('work to begin', () => registry.asked === 1);
    await sync.start(systemActor);
    await store.db.updateTable('console_lock').set({ upgrade_id: 'u' }).execute();
    await expect(sync.start(systemActor)).rejects.toMatchObject({ code: 'CONSOLE_LOCKED' });
    registry.answer();
    await stateIs('failed');
    expect((await readSyncState(store.db)).message).toContain('u');
    expect(registry.asked).toBe(1);
    await store.db.updateTable('console_lock').set({ upgrade_id: null }).execute();
  });
});
