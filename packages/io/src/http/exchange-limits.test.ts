import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { Peers } from '../testing/peers.ts';
import { Agents } from './agents.ts';
import { discard } from './body.ts';
import { exchange } from './exchange.ts';

const peers = new Peers();
const opened: Agents[] = [];
afterEach(async () => {
  for (const agents of opened.splice(0)) agents.close();
  await peers.close();
});

function agents(): Agents {
  const made = new Agents({}, { keepAlive: true });
  opened.push(made);
  return made;
}

/** A server by its bytes: what it answers to the first that it hears. */
async function raw(answer: (write: (text: string) => void) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => answer((text) => socket.write(text)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function put(port: number, opens: { count: number }, onNoWord: () => void = () => undefined) {
  const body = {
    size: 5,
    open: () => {
      opens.count += 1;
      return Readable.from([Buffer.from('whole')]);
    },
  };
  const url = new URL(`http://127.0.0.1:${port}/`);
  return { method: 'PUT', url, body, idleTimeoutMs: 60_000, repeatable: false, askFirst: { onNoWord } } as const;
}

describe('an exchange that asks for leave', () => {
  it('hears a refusal and sends nothing of the body', async () => {
    const port = await raw((write) => write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'));
    const opens = { count: 0 };
    const answer = await exchange(agents(), put(port, opens));
    discard(answer);
    expect([answer.statusCode, opens.count]).toEqual([413, 0]);
  });

  it('sends the body once it may', async () => {
    let said = '';
    const port = await peers.http((request, response) => {
      request.on('data', (bytes: Buffer) => (said += bytes.toString())).once('end', () => response.end());
    });
    const opens = { count: 0 };
    discard(await exchange(agents(), put(port, opens)));
    expect([said, opens.count]).toEqual(['whole', 1]);
  });

  it('sends it to a server that does not say, and tells', async () => {
    const port = await raw(() => undefined);
    const opens = { count: 0 };
    const pool = agents();
    const told = new Promise<void>((resolve) => {
      exchange(pool, put(port, opens, resolve)).catch(() => undefined);
    });
    await told;
    await expect.poll(() => opens.count).toBe(1);
  });
});

describe('an exchange with a deadline', () => {
  it('ends where a header drips and never ends', async () => {
    const port = await raw((write) => {
      write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => write('x: y\r\n'), 5);
      closing.push(() => clearInterval(timer));
    });
    const url = new URL(`http://127.0.0.1:${port}/`);
    const wanted = { method: 'GET', url, idleTimeoutMs: 60_000, deadlineMs: 200, repeatable: true } as const;
    await expect(exchange(agents(), wanted)).rejects.toMatchObject({ kind: 'deadline' });
  });
});
