import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../app/build-app.ts';
import type { Store } from '../store/store.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { TestClient } from '../testing/test-client.ts';
import { newSetupToken } from './setup.ts';

describe('an API token', { timeout: 60_000 }, () => {
  let store: Store;
  let app: FastifyInstance;
  let client: TestClient;

  beforeAll(async () => {
    store = await openMemoryStore();
    app = await buildApp({ parts: memoryConsole(store) });
    client = new TestClient(app);
    const token = await newSetupToken(store.db);
    await client.call('POST', '/setup', { token, username: 'admin', password: 'four random words here' });
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await store.close();
  });

  const withToken = (secret: unknown, method: 'GET' | 'POST', path: string, body?: object) =>
    new TestClient(app).call(method, path, body, { authorization: `Bearer ${String(secret)}` });

  it('that is made with another one ends when that one does, and is gone when it is removed', async () => {
    const maker = (await client.call('POST', '/tokens', { name: 'maker', expiresInDays: 1 })).body;
    const made = await withToken(maker['secret'], 'POST', '/tokens', { name: 'made', expiresInDays: 300 });
    expect(made).toMatchObject({ status: 201, body: { expiresAt: maker['expiresAt'] } });
    const shorter = await withToken(made.body['secret'], 'POST', '/tokens', { name: 'further', expiresInDays: 1 });
    expect(Date.parse(String(shorter.body['expiresAt']))).toBeLessThanOrEqual(Date.parse(String(maker['expiresAt'])));
    expect((await client.call('DELETE', `/tokens/${String(maker['id'])}`)).status).toBe(204);
    for (const secret of [made.body['secret'], shorter.body['secret']]) {
      expect(await withToken(secret, 'GET', '/tokens')).toMatchObject({ status: 401 });
    }
    expect((await client.call('GET', '/tokens')).body).toEqual({ tokens: [] });
  });

  it('that is made in a session has the time that was asked for', async () => {
    const made = (await client.call('POST', '/tokens', { name: 'ci', expiresInDays: 300 })).body;
    const days = (Date.parse(String(made['expiresAt'])) - Date.parse(String(made['createdAt']))) / 86_400_000;
    expect(days).toBe(300);
  });

  it.each(['a\u0000b', 'a\nb', 'a\u001B[2Jb', 'a\u202Eb', 'a\u2028b'])('has no name such as %j', async (name) => {
    expect(await client.call('POST', '/tokens', { name })).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID', place: 'body.name' },
    });
  });

  it('may have a name in any script', async () => {
    expect((await client.call('POST', '/tokens', { name: 'сборка 夜 ✓' })).status).toBe(201);
  });

  it('and every other answer is kept by no cache, refusals too', async () => {
    const bare = new TestClient(app);
    const asked = [
      client.call('POST', '/tokens', { name: 'x' }),
      client.call('GET', '/tokens'),
      bare.call('GET', '/tokens'),
      bare.call('GET', '/nowhere'),
    ];
    for (const { headers } of await Promise.all(asked)) expect(headers['cache-control']).toBe('no-store');
  });
});

it('is a refusal of the input, not a failure, that a user name holds NUL', { timeout: 60_000 }, async () => {
  const store = await openMemoryStore();
  const app = await buildApp({ parts: memoryConsole(store) });
  try {
    const answer = await new TestClient(app).call('POST', '/session', { username: 'a\u0000b', password: 'x' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID', place: 'body.username' } });
  } finally {
    await app.close();
    await store.close();
  }
});
