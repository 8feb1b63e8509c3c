import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { upgradeSchema } from '@sealift/core/api';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { freePort } from '../packages/server/src/testing/postgres-server.ts';
import { expectedEffects } from './setup/expected-effects.ts';
import { killAtRandom } from './setup/kill-at-random.ts';
import { Replicas, type ReplicaName } from './setup/replicas.ts';
import { canMount, mountSmallDisk, type SmallDisk } from './setup/small-disk.ts';

const postgres = peer('postgres');
const gibibyte = 2 ** 30;
const problemSchema = z.object({ code: z.string(), hint: z.string() });
const other = (name: ReplicaName): ReplicaName => (name === 'a' ? 'b' : 'a');

/** Two real processes on one PostgreSQL server. */
describe.skipIf(postgres.missing)(`two consoles on one database (${postgres.remedy})`, { timeout: 300_000 }, () => {
  let replicas: Replicas;
  let disk: SmallDisk | undefined;
  beforeAll(async () => {
    disk = canMount ? await mountSmallDisk(gibibyte) : undefined;
    replicas = await Replicas.start(postgres.path, disk?.path);
  }, 300_000);
  afterAll(async () => {
    await replicas?.remove();
    await disk?.remove();
  });

  async function expectOneActor(): Promise<void> {
    const { effects, trouble, actors } = await replicas.told();
    expect(trouble).toBeNull();
    expect(effects).toEqual(expectedEffects);
    expect(actors.filter((line) => line.includes(' and '))).toEqual([]);
  }

  /** What a console answers to a pause; undefined where it takes it. */
  async function refusalOf(name: ReplicaName): Promise<{ readonly code: string; readonly hint: string } | undefined> {
    const answer = await fetch(`${replicas.api(name).url}/api/v1/upgrades/${replicas.draft.id}/pause`, {
      method: 'POST',
      headers: { ...(await replicas.login()), 'content-type': 'application/json' },
      body: '{}',
    });
    return answer.ok ? undefined : problemSchema.parse(await answer.json());
  }

  it('the leader killed before and after an effect: the other goes on, each effect once, and never both act', async () => {
    await replicas.begin(100);
    const killed: ReplicaName[] = [];
    const took: number[] = [];
    const killOnce = async (at: string, by: ReplicaName): Promise<void> => {
      if (killed.length !== (at === 'before setRollout workers' ? 0 : 1)) return;
      killed.push(by);
      const epoch = await replicas.epoch();
      await replicas.kill(by);
      const since = performance.now();
      void waitUntil('the other one', async () => (await replicas.epoch()) > epoch, 60_000).then(() =>
        took.push(performance.now() - since),
      );
      throw new Error('the console is gone');
    };
    replicas.hooks = {
      before: async (by, effect) => {
        if (effect === 'setRollout workers') await killOnce(`before ${effect}`, by);
      },
      after: async (by, effect) => {
        if (effect === 'applyLayer cni-calico') await killOnce(`after ${effect}`, by);
      },
    };
    await replicas.confirm('a');
    await waitUntil('the first kill', () => killed.length === 1, 60_000);
    await replicas.open(killed[0] ?? 'a');
    await waitUntil('the second kill', () => killed.length === 2, 60_000);
    await replicas.succeeded();
    await expectOneActor();
    expect(took).toHaveLength(2);
    process.stdout.write(`the other one acted after ${took.map((ms) => (ms / 1000).toFixed(1)).join(' and ')} s\n`);
  });

  it('what happens in one is told by the other', async () => {
    await replicas.begin(20);
    const { url } = replicas.api('b');
    const stream = await fetch(`${url}/api/v1/events`, { headers: await replicas.login() });
    const reader = (stream.body ?? new ReadableStream<Uint8Array>()).getReader();
    await replicas.confirm('a');
    let text = '';
    while (!text.includes(`{"kind":"upgrade","subject":"${replicas.draft.id}"}`)) {
      text += Buffer.from((await reader.read()).value ?? []).toString();
    }
    await reader.cancel();
    await replicas.succeeded();
    await expectOneActor();
  });

  it('a person at the one pauses and resumes what the other does', async () => {
    await replicas.begin(20);
    await replicas.confirm('a');
    const path = `/api/v1/upgrades/${replicas.draft.id}`;
    await waitUntil('an effect', () => replicas.asked.length > 0, 60_000);
    const idle = other(replicas.active);
    await replicas.api(idle).postOnly(`${path}/pause`, {});
    await waitUntil('the pause', async () => (await replicas.state()) === 'paused');
    expect((await replicas.api(replicas.active).get(path, upgradeSchema)).state).toBe('paused');
    await replicas.api(idle).postOnly(`${path}/resume`, {});
    await replicas.succeeded();
    await expectOneActor();
  });

  it.each([
    [
      'restarted',
      async () => {
        await replicas.database.cut();
        return () => replicas.database.again();
      },
      'STORE_UNREACHABLE',
    ],
    [
      'failed over to another server',
      async () => {
        await replicas.database.cut();
        return async () => {
          await replicas.database.again(await freePort());
          replicas.line.leadTo(replicas.database.port);
        };
      },
      'STORE_UNREACHABLE',
    ],
    [
      'read-only for a while',
      async () => {
        await replicas.query('alter system set default_transaction_read_only = on');
        await replicas.query('select pg_reload_conf()');
        return async () => {
          await replicas.query('alter system reset default_transaction_read_only');
          await replicas.query('select pg_reload_conf()');
        };
      },
      'STORE_READ_ONLY',
    ],
  ] as const)(
    'the database is %s: the consoles say so with a remedy, and go on by themselves',
    async (_, begin, code) => {
      await replicas.begin(20);
      await replicas.confirm('a');
      await waitUntil('an effect', () => replicas.asked.length > 1, 60_000);
      const mend = await begin();
      try {
        for (const name of ['a', 'b'] as const) {
          const told = await waitUntil('the refusal', async () => {
            const problem = await refusalOf(name).catch((error: unknown) => {
              throw new Error(replicas.output(name).join('\n'), { cause: error });
            });
            return problem?.code === code && problem;
          });
          expect(told.hint).not.toBe('');
        }
      } finally {
        await mend();
      }
      await replicas.succeeded();
      await expectOneActor();
    },
  );

  it.skipIf(!canMount)(
    'the disk of the database is full: the consoles say so with a remedy, and go on by themselves once there is room (needs root: a small tmpfs is mounted)',
    async () => {
      await replicas.begin(20);
      await replicas.confirm('a');
      await waitUntil('an effect', () => replicas.asked.length > 1, 60_000);
      // Its log has room for what is refused: a server that cannot write that ends, and is for who runs it.
      await replicas.query('select pg_switch_wal()');
      await replicas.query('create table of_the_next_segment (id int)');
      await disk?.leave(0);
      try {
        for (const name of ['a', 'b'] as const) {
          const refused = await waitUntil('the refusal', async () => {
            const answer = await replicas.signIn(name);
            return answer.ok ? undefined : { status: answer.status, ...problemSchema.parse(await answer.json()) };
          });
          expect(refused).toMatchObject({
            status: 507,
            code: 'STORE_FULL',
            hint: expect.stringContaining('Free space'),
          });
        }
        // What is stored can be looked at all the same.
        const { state } = await replicas.api('a').get(`/api/v1/upgrades/${replicas.draft.id}`, upgradeSchema);
        expect(state).toBe('running');
      } finally {
        await disk?.leave(gibibyte / 2);
      }
      await replicas.succeeded();
      await expectOneActor();
    },
  );

  it.skipIf(!canMount)(
    'the data folder is full: the upgrade waits at its backup, says for what, and goes on by itself once there is room (needs root: a small tmpfs is mounted)',
    async () => {
      await replicas.begin(20);
      const small = await Promise.all(
        (['a', 'b'] as const).map(async (name) => {
          const backups = join(replicas.dataFolder(name), 'backups');
          await mkdir(backups, { recursive: true });
          return await mountSmallDisk(4096, backups);
        }),
      );
      try {
        await replicas.confirm('a');
        const path = `/api/v1/upgrades/${replicas.draft.id}`;
        const { waitingFor } = await waitUntil('the wait for room', async () => {
          const upgrade = await replicas.api('a').get(path, upgradeSchema);
          return upgrade.waitingFor?.what.includes('no room') === true && upgrade;
        });
        expect(waitingFor).toMatchObject({
          what: expect.stringContaining('ENOSPC') as string,
          level: 'blocked',
          remedy: expect.stringContaining('Make room') as string,
        });
        for (const one of small) await one.leave(64 * 1024 * 1024);
        await replicas.succeeded();
        await expectOneActor();
      } finally {
        await replicas.end();
        for (const one of small) await one.remove();
      }
    },
  );

  it('killed at random instants: each effect once, and the upgrade ends', async () => {
    const seed = Number(process.env['SEALIFT_SEED'] ?? 1);
    const { kills, troubles } = await killAtRandom(replicas, { seed, kills: 3 });
    expect(troubles).toEqual([]);
    expect(kills).toBe(3);
  });
});
