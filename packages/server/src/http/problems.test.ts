import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { storeFailure } from '../store/store-failure.ts';
import { answerProblems } from './problems.ts';

let app: FastifyInstance;
let fails: Error;
const unexpected: unknown[] = [];

beforeEach(() => {
  unexpected.length = 0;
  app = Fastify();
  app.addHook('onRequest', async (request) => {
    request.log.error = (...said: unknown[]) => void unexpected.push(said);
  });
  answerProblems(app, () => Promise.resolve(undefined), storeFailure);
  app.post('/', () => Promise.reject(fails));
});
afterEach(() => app.close());

it.each([
  ['53100', 'could not extend file "base/1": No space left on device'],
  ['ENOSPC', 'ENOSPC: no space left on device, write'],
  ['58030', 'could not write to file "pg_wal/x": No space left on device'],
])('a full disk below the store (%s) is told as one, not as an unexpected failure', async (code, message) => {
  fails = Object.assign(new Error(message), { code });
  const answer = await app.inject({ method: 'POST', url: '/' });
  expect(answer.statusCode).toBe(507);
  expect(answer.json()).toMatchObject({ code: 'STORE_FULL', detail: expect.stringContaining(message) as string });
  expect(unexpected).toEqual([]);
});

it('a database that takes no changes is told as one', async () => {
  fails = Object.assign(new Error('cannot execute UPDATE in a read-only transaction'), { code: '25006' });
  const answer = await app.inject({ method: 'POST', url: '/' });
  expect([answer.statusCode, answer.json().code, unexpected]).toEqual([503, 'STORE_READ_ONLY', []]);
});

it('a client that goes away in the middle of its body is no failure of the console or its store', async () => {
  const answered = new Promise<string>((resolve) => {
    app.addHook('onSend', async (_request, _reply, payload) => {
      resolve(String(payload));
      return payload;
    });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const begun = once(app.server, 'request');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":');
  await begun;
  socket.destroy();
  expect(JSON.parse(await answered)).toMatchObject({ code: 'INPUT_INVALID', status: 400 });
  expect(unexpected).toEqual([]);
});
