import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requestBody } from '../routes/request-body.ts';
import { type ServedRegistry, serveRegistry } from '../serve.ts';
import { capConnections } from './cap-connections.ts';

let folder: string;
let served: ServedRegistry | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-connections-'));
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

it('a registry on its own answers an unknown path without reading a body', async () => {
  served = await serveRegistry({ storageDir: folder, host: '127.0.0.1', port: 0, authorize: async () => 'push' });
  const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
  socket.write('POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 404 /);
  socket.destroy();
});

it('keeps no more upload sessions than its limit, and begins one when another has ended', async () => {
  served = await serveRegistry({
    storageDir: folder,
    host: '127.0.0.1',
    port: 0,
    authorize: async () => 'push',
    tokens: false,
    uploadSessions: 3,
  });
  const { url } = served;
  const begin = () => fetch(`${url}/v2/a/blobs/uploads/`, { method: 'POST' });
  const begun = [await begin(), await begin(), await begin()];
  expect(begun.map(({ status }) => status)).toEqual([202, 202, 202]);
  const refused = await begin();
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS' }] });
  await fetch(`${url}${begun[0]?.headers.get('location') ?? ''}`, { method: 'DELETE' });
  expect((await begin()).status).toBe(202);
});

it('closes what one address connects beyond its share, and counts what has closed no more', async () => {
  const server = createServer((_request, response) => response.end('ok'));
  capConnections(server, { connections: 100, connectionsOfAddress: 2 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  const third = connect(port, '127.0.0.1');
  third.on('error', () => undefined);
  await once(third, 'close');
  const [first] = held;
  const gone = once(server, 'connection');
  first?.destroy();
  // Opened again and again until the server has noticed that one has gone.
  let text = '';
  while (!text.includes('ok')) {
    const next = connect(port, '127.0.0.1');
    next.on('error', () => undefined);
    next.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    text = await answerOf(next);
  }
  await gone;
  held[1]?.destroy();
  server.close();
});

it('a body that comes drop by drop is cut, though it never pauses for long', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n');
  const [raw] = await once(server, 'request');
  const drip = setInterval(() => client.write('x'), 5);
  const read = async () => {
    for await (const _ of requestBody({ raw } as FastifyRequest, 60_000, 50)) continue;
  };
  await expect(read()).rejects.toMatchObject({ code: 'CONTENT_SHORT' });
  clearInterval(drip);
  client.destroy();
  server.close();
});
