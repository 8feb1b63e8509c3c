import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSetupToken } from '../accounts/setup.ts';
import { buildApp } from '../app/build-app.ts';
import type { Store } from '../store/store.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { TestClient } from '../testing/test-client.ts';

let store: Store;
let app: FastifyInstance;
let port: number;
let client: TestClient;

beforeAll(async () => {
  store = await openMemoryStore();
  app = await buildApp({
    parts: memoryConsole(store),
    pages: { place: '/nonexistent', files: new Map() },
    patience: { bodyDeadlineMs: 100, lingerMs: 50 },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
  client = new TestClient(app);
  const token = await newSetupToken(store.db);
  await client.call('POST', '/setup', { token, username: 'admin', password: 'four random words here' });
}, 60_000);
afterAll(async () => {
  await app.close();
  await store.close();
});

/** Sends the head of a request that announces a large body, and none of it. */
function announce(path: string, bytes = 16 * 1024 * 1024 - 1, headers = ''): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n${headers}`;
  socket.write(`${head}content-length: ${bytes}\r\n\r\n`);
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

describe('before it is known who asks', { timeout: 30_000 }, () => {
  it.each([
    ['/nowhere', 404, 'ROUTE_UNKNOWN'],
    ['/', 404, 'ROUTE_UNKNOWN'],
    ['/api/v1/nowhere', 404, 'ROUTE_UNKNOWN'],
    ['/api/v1/upgrades', 401, 'NOT_SIGNED_IN'],
    ['/api/v1/platform/adopt', 401, 'NOT_SIGNED_IN'],
    ['/api/v1/platform/survey', 401, 'NOT_SIGNED_IN'],
    ['/api/v1/session', 413, 'INPUT_TOO_LARGE'],
    ['/api/v1/setup', 413, 'INPUT_TOO_LARGE'],
  ])('a body announced to %s is answered without being read, and the connection ends', async (path, status, code) => {
    const text = await answerOf(announce(path));
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toContain(code);
  });

  it('a body of unknown length to an unknown path is not read either', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST /nowhere HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n`);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 404 /);
  });

  it('a body that never ends has a deadline', async () => {
    const socket = announce('/api/v1/session', 100);
    socket.write('{');
    await answerOf(socket);
    expect(socket.destroyed).toBe(true);
  });
});

it('takes the texts that are long with a sign-in, and refuses others of that length', async () => {
  const long = 'x'.repeat(300_000);
  const text = await client.call('PUT', '/upgrades/none/layers/none/text', { text: long });
  expect(text.body).toMatchObject({ code: 'NOT_FOUND' });
  expect((await client.call('POST', '/tokens', { name: long })).body).toMatchObject({ code: 'INPUT_TOO_LARGE' });
});

it('lets an account hold fifty event streams, and a further one when one has ended', async () => {
  const { body } = await client.call('POST', '/tokens', { name: 'streams' });
  const open = (): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers: { authorization: `Bearer ${String(body['secret'])}` } });
  const streams = await Promise.all(Array.from({ length: 50 }, open));
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  const refused = await open();
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: 'EVENT_STREAMS_LIMIT' });
  await streams.pop()?.body?.cancel();
  let status = 429;
  while (status === 429) {
    const again = await open();
    status = again.status;
    streams.push(again);
  }
  expect(status).toBe(200);
  for (const { body: stream } of streams) await stream?.cancel().catch(() => undefined);
}, 30_000);
