import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSealiftError } from '@sealift/core/errors';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problem } from '../testing/scripted-console.ts';
import { actOnce } from './act-once.ts';
import { ApiClient } from './api-client.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((closed) => (server === undefined ? closed(undefined) : server.close(closed)));
  server = undefined;
});

type Answers = (response: ServerResponse, request: IncomingMessage) => void;

/** A console that answers one request after the other as it is told; the last one again and again. */
async function consoleThat(...answers: readonly [Answers, ...Answers[]]) {
  const keys: (string | undefined)[] = [];
  server = createServer((request, response) => {
    request.resume().once('end', () => {
      const answer = answers[Math.min(keys.length, answers.length - 1)];
      keys.push(request.headers['idempotency-key']?.toString());
      answer?.(response, request);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new ApiClient({ url: `http://127.0.0.1:${port}`, env: {} });
  return { keys, client };
}

const cut: Answers = (response) => void response.socket?.destroy();
const done: Answers = (response) =>
  void response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"a"}');
const schema = z.object({ id: z.string() });

describe('an act', () => {
  it('is sent again with its key when the line is cut, and another act has another key', async () => {
    const { keys, client } = await consoleThat(cut, done);
    expect(await client.post('/api/v1/tokens', { name: 'ci' }, schema)).toEqual({ id: 'a' });
    await client.postOnly('/api/v1/tokens', { name: 'ci' });
    expect(keys[0]).toMatch(/^"[0-9a-f-]{36}"$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('that only reads, or may be repeated anyway, has none', async () => {
    const { keys, client } = await consoleThat(done);
    await client.get('/api/v1/tokens', schema);
    await client.put('/api/v1/access-policy', {}, schema, 1);
    expect(keys).toEqual([undefined, undefined]);
  });
});

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const underWay = { status: 409, bytes: bytes(problem('IDEMPOTENCY_UNDER_WAY', 409)) };
const at = { pauseMs: 0 };

/** Answers one after the other; what is thrown is a line that was cut, as the client words it. */
function sending(...answers: readonly ({ status: number; bytes: Buffer } | Error)[]) {
  const sent: string[] = [];
  const send = (key: string) => {
    const next = answers[sent.length];
    sent.push(key);
    if (next === undefined) throw new Error('nothing more was expected');
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return { sent, send };
}

async function lost(): Promise<Error> {
  const { client } = await consoleThat(cut);
  const failure: unknown = await client.get('/api/v1/x', schema).catch((error: unknown) => error);
  if (!(failure instanceof Error)) throw new TypeError('it did not fail');
  expect(isSealiftError(failure, 'PLATFORM_UNREACHABLE')).toBe(true);
  return failure;
}

describe('what was lost', () => {
  it('is asked for until it is answered, while the console still works at it', async () => {
    const good = { status: 202, bytes: bytes({}) };
    const { sent, send } = sending(await lost(), underWay, underWay, good);
    expect(await actOnce(send, at)).toBe(good);
    expect(new Set(sent).size).toBe(1);
    expect(sent).toHaveLength(4);
  });

  it('again and again is told of', async () => {
    const cutLine = await lost();
    const { sent, send } = sending(cutLine, cutLine, cutLine, cutLine);
    await expect(actOnce(send, at)).rejects.toBe(cutLine);
    expect(sent).toHaveLength(4);
  });

  it('is nothing that was refused, or not sent at all', async () => {
    const refused = { status: 409, bytes: bytes(problem('UPGRADE_BLOCKED', 409)) };
    expect(await actOnce(sending(refused).send, at)).toBe(refused);
    expect(await actOnce(sending(underWay).send, at)).toBe(underWay);
    const other = new Error('no network');
    await expect(actOnce(sending(other).send, at)).rejects.toBe(other);
  });
});
