import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../store/store.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import type { JobQueue } from './job-queue.ts';
import { Jobs } from './jobs.ts';

const postgres = peer('postgres');

/** Work that is let through one run at a time. */
function gatedWork() {
  const waiting: (() => void)[] = [];
  const work = {
    begun: 0,
    together: 0,
    mostTogether: 0,
    run: async (): Promise<void> => {
      work.begun += 1;
      work.together += 1;
      work.mostTogether = Math.max(work.mostTogether, work.together);
      await new Promise<void>((release) => waiting.push(release));
      work.together -= 1;
    },
    release: (): void => waiting.shift()?.(),
  };
  return work;
}

describe.each([
  { name: 'the embedded store', skip: false, shared: false },
  { name: `PostgreSQL${postgres.missing ? ` (${postgres.remedy})` : ''}`, skip: postgres.missing, shared: true },
])('queues in $name', { timeout: 60_000 }, ({ skip, shared }) => {
  let server: PostgresServer | undefined;
  let store: Store;
  beforeAll(async () => {
    if (skip) return;
    server = shared ? await startPostgres(postgres.path) : undefined;
    const databaseUrl = await server?.newDatabase();
    store =
      databaseUrl === undefined ? await openMemoryStore() : await openStore({ dataDir: '/nonexistent', databaseUrl });
  }, 60_000);
  afterAll(async () => {
    if (!skip) await store.close();
    await server?.stop();
  });

  const failures: unknown[] = [];
  const open = (): Promise<Jobs> => Jobs.open(store.jobs, (error) => failures.push(error));
  const ask = async (queue: JobQueue): Promise<boolean> => {
    const asked = await store.db.transaction().execute((trx) => queue.request(trx));
    queue.wake();
    return asked;
  };

  it.skipIf(skip)('do one job at a time, and one more for all who ask meanwhile', async () => {
    const jobs = await open();
    const queue = await jobs.queue('one');
    const work = gatedWork();
    await queue.work(work.run);
    expect(await ask(queue)).toBe(true);
    await waitUntil('work to begin', () => work.begun === 1);
    expect([await ask(queue), await ask(queue), await ask(queue)]).toEqual([true, false, false]);
    expect(await store.db.transaction().execute((trx) => queue.isWaiting(trx))).toBe(true);
    work.release();
    await waitUntil('work to begin', () => work.begun === 2);
    expect(await store.db.transaction().execute((trx) => queue.isWaiting(trx))).toBe(false);
    work.release();
    await jobs.close();
    expect(work).toMatchObject({ begun: 2, together: 0, mostTogether: 1 });
    expect(failures).toEqual([]);
  });

  it.skipIf(skip)('hold nothing that was asked for in a transaction that failed', async () => {
    const jobs = await open();
    onTestFinished(() => jobs.close());
    const queue = await jobs.queue('undone');
    const undone = store.db.transaction().execute(async (trx) => {
      await queue.request(trx);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await store.db.transaction().execute((trx) => queue.isWaiting(trx))).toBe(false);
  });

  it.skipIf(skip)(
    'tell the next process of a job that ended with the last one, and keep the one that waits',
    async () => {
      // A process that is gone does not end its job: this one is let through after the next process looked.
      const dead = await open();
      const before = await dead.queue('killed');
      const lost = gatedWork();
      await before.work(lost.run);
      await ask(before);
      await waitUntil('work to begin', () => lost.begun === 1);
      await ask(before);

      const jobs = await open();
      const queue = await jobs.queue('killed');
      expect(queue.abandoned).toBe(1);
      const work = gatedWork();
      await queue.work(work.run);
      await waitUntil('work to begin', () => work.begun + lost.begun === 2);
      for (const each of [work, lost, lost]) each.release();
      await Promise.all([jobs.close(), dead.close()]);
      const third = await open();
      onTestFinished(() => third.close());
      expect((await third.queue('killed')).abandoned).toBe(0);
    },
  );

  it.skipIf(skip)('tell the next process once of a job that failed', async () => {
    const jobs = await open();
    const queue = await jobs.queue('failing');
    let begun = 0;
    await queue.work(async () => {
      begun += 1;
      throw new Error('the store is away');
    });
    await ask(queue);
    await waitUntil('work to begin', () => begun === 1);
    await jobs.close();
    const next = await open();
    onTestFinished(() => next.close());
    expect((await next.queue('failing')).abandoned).toBe(1);
    expect((await next.queue('failing')).abandoned).toBe(0);
  });

  it.skipIf(skip)('leave the jobs of other queues alone', async () => {
    const jobs = await open();
    const [ours, theirs] = await Promise.all([jobs.queue('ours'), jobs.queue('theirs')]);
    const work = gatedWork();
    await ours.work(work.run);
    await ask(theirs);
    await ask(ours);
    await waitUntil('work to begin', () => work.begun === 1);
    work.release();
    await jobs.close();
    expect(work.begun).toBe(1);
  });
});

it.skipIf(postgres.missing)(
  `queues that the user of the database may not make are refused, with what to grant (${postgres.remedy})`,
  { timeout: 60_000 },
  async () => {
    const server = await startPostgres(postgres.path);
    onTestFinished(() => server.stop());
    const databaseUrl = await server.newDatabase();
    const owner = await openStore({ dataDir: '/nonexistent', databaseUrl });
    await sql`create role limited login`.execute(owner.db);
    await owner.close();
    const limited = new URL(databaseUrl);
    limited.username = 'limited';
    const opening = Jobs.open({ connectionString: limited.href, max: 1 }, () => undefined);
    await expect(opening).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining('permission denied'),
      hint: expect.stringContaining('GRANT CREATE ON DATABASE'),
    });
  },
);
