import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../testing/memory-store.ts';
import type { Store } from '../../store/store.ts';
import { cutMessage, endAbandoned, loadMirror, noMirror, storeBegun, storeProgress } from './stored-mirror.ts';

let store: Store;
beforeAll(async () => {
  store = await openMemoryStore();
});
afterAll(() => store?.close());

const running = {
  ...noMirror,
  state: 'running',
  from: 'one',
  to: 'other',
  startedAt: '2026-11-30T10:00:00.000Z',
  parts: [
    { name: 'a', state: 'mirrored' },
    { name: 'b', state: 'running' },
  ],
} as const;
const begin = (run: string) =>
  store.db.transaction().execute((trx) => storeBegun(trx, run, { ...running, parts: [...running.parts] }));
const startOf = (console: string) =>
  store.db.transaction().execute((trx) => endAbandoned(trx, (run) => run.startsWith(`${console}/`)));

describe('a mirror of several consoles’ store', () => {
  it('ends with the next start of the console that did it, at the time when it was heard of last, and of no other', async () => {
    await begin('a/1');
    expect(await startOf('b')).toBeUndefined();
    expect(await loadMirror(store.db)).toMatchObject({ state: 'running' });
    const { seen_at } = await store.db.selectFrom('registry_mirror').select('seen_at').executeTakeFirstOrThrow();
    const ended = {
      state: 'failed',
      message: cutMessage,
      finishedAt: seen_at?.toISOString(),
      parts: [{ state: 'mirrored' }, { state: 'waiting' }],
    };
    expect(await startOf('a')).toMatchObject(ended);
    expect(await loadMirror(store.db)).toMatchObject(ended);
    expect(await startOf('a')).toBeUndefined();
  });

  it('has ended once its console was not heard of for a minute, and goes on where it is heard of again', async () => {
    await begin('a/2');
    const silentFor = (seconds: number) =>
      sql`update registry_mirror set seen_at = now() - ${seconds} * interval '1 second'`.execute(store.db);
    await silentFor(55);
    expect(await loadMirror(store.db)).toMatchObject({ state: 'running' });
    await silentFor(65);
    expect(await loadMirror(store.db)).toMatchObject({ state: 'failed', message: cutMessage });
    expect(await storeProgress(store.db, 'a/2', { ...running, parts: [...running.parts] })).toBe(true);
    expect(await loadMirror(store.db)).toMatchObject({ state: 'running' });
    await begin('b/1');
    expect(await storeProgress(store.db, 'a/2', { ...running, parts: [...running.parts] })).toBe(false);
  });
});
