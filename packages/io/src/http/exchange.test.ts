import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Peers } from '../testing/peers.ts';
import { Agents } from './agents.ts';
import { BodyTooLarge, bodyOf, discard, readBody } from './body.ts';
import { type Exchange, exchange } from './exchange.ts';
import { ConnectionFailure } from './failure.ts';

const peers = new Peers();
const opened: Agents[] = [];
const started: ChildProcess[] = [];
afterEach(async () => {
  for (const agents of opened.splice(0)) agents.close();
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await peers.close();
});

function agents(env: Readonly<Record<string, string>> = {}): Agents {
  const made = new Agents(env, { keepAlive: true });
  opened.push(made);
  return made;
}

const get = (port: number, more: Partial<Exchange> = {}): Exchange => ({
  method: 'GET',
  url: new URL(`http://127.0.0.1:${port}/`),
  idleTimeoutMs: 60_000,
  repeatable: true,
  ...more,
});
const put = (port: number, size: number, open: () => AsyncIterable<Uint8Array>, more: Partial<Exchange> = {}) =>
  get(port, { method: 'PUT', body: { size, open }, repeatable: false, ...more });
const idle = { idleTimeoutMs: 60_000 };

const failing = async (action: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await action.then(
    () => 'none',
    (reason: unknown) => reason,
  );
  return error instanceof ConnectionFailure ? error.kind : error;
};

describe('an exchange', () => {
  it('sends bytes at hand with their length, and an empty body where one belongs', async () => {
    const seen: unknown[] = [];
    const port = await peers.http((request, response) => {
      void readBody(request, 100, idle).then((body) => {
        seen.push([request.method, request.headers['content-length'], body.toString('utf8')]);
        response.end();
      });
    });
    const pool = agents();
    discard(await exchange(pool, get(port, { method: 'POST', body: 'zwölf' })));
    discard(await exchange(pool, get(port, { method: 'PUT' })));
    discard(await exchange(pool, get(port)));
    expect(seen).toEqual([
      ['POST', '6', 'zwölf'],
      ['PUT', '0', ''],
      ['GET', undefined, ''],
    ]);
  });

  it('sends every byte as it was, out of memory that is used again', async () => {
    const sums: number[] = [];
    const port = await peers.http((request, response) => {
      request.on('data', (bytes: Buffer) => {
        for (const byte of bytes) sums[byte] = (sums[byte] ?? 0) + 1;
      });
      request.on('end', () => response.end());
    });
    const size = 256 * 1024;
    const memory = [Buffer.alloc(size), Buffer.alloc(size), Buffer.alloc(size)];
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 24; i += 1) {
        const chunk = memory[i % 3] ?? Buffer.alloc(0);
        chunk.fill(i);
        yield chunk;
        await Promise.resolve();
      }
    };
    discard(await exchange(agents(), put(port, 24 * size, chunks)));
    expect(sums).toEqual(Array.from({ length: 24 }, () => size));
  });

  it('reads a refusal before the end of a body, stops its source, and gives the connection up', async () => {
    const port = await peers.http((_request, response) => {
      response.writeHead(413, { 'content-length': '3' });
      response.end('no!');
    });
    const ended = vi.fn();
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield Buffer.alloc(64 * 1024);
          await Promise.resolve();
        }
      } finally {
        ended();
      }
    };
    const answer = await exchange(agents(), put(port, 2 ** 40, chunks));
    expect(answer.statusCode).toBe(413);
    expect((await readBody(answer, 100, idle)).toString('utf8')).toBe('no!');
    expect(ended).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(peers.connections).toBe(0));
  });

  it('ends a source that waits for bytes of its own when the answer is there', async () => {
    const port = await peers.http((_request, response) => response.writeHead(400).end());
    const stuck = new Readable({ read: () => undefined });
    stuck.push('x');
    const answer = await exchange(
      agents(),
      put(port, 10, () => stuck),
    );
    expect(answer.statusCode).toBe(400);
    expect(stuck.destroyed).toBe(true);
  });

  it('fails with what the source of a body fails with', async () => {
    const port = await peers.http(() => undefined);
    const broken = new Error('the disk is gone');
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(10);
      await Promise.resolve();
      throw broken;
    };
    expect(await failing(exchange(agents(), put(port, 20, chunks)))).toBe(broken);
    const closed = (): never => {
      throw broken;
    };
    expect(await failing(exchange(agents(), put(port, 20, closed)))).toBe(broken);
  });

  it('is over when it is cancelled, before it begins, while it waits and while its answer is read', async () => {
    const port = await peers.http((request, response) => {
      if (request.url === '/begun') response.write('x');
    });
    expect(await failing(exchange(agents(), get(port, { cancel: AbortSignal.abort() })))).toBe('cancelled');
    const stop = new AbortController();
    const waiting = failing(exchange(agents(), get(port, { cancel: stop.signal })));
    await vi.waitFor(() => expect(peers.connections).toBe(1));
    stop.abort();
    expect(await waiting).toBe('cancelled');
    const later = new AbortController();
    const url = new URL(`http://127.0.0.1:${port}/begun`);
    const answer = await exchange(agents(), get(port, { url, cancel: later.signal }));
    later.abort();
    expect(await failing(readBody(answer, 100, { ...idle, cancel: later.signal }))).toBe('cancelled');
  });

  it('is over at a deadline, which is not a wish', async () => {
    const port = await peers.http(() => undefined);
    expect(await failing(exchange(agents(), get(port, { cancel: AbortSignal.timeout(20) })))).toBe('deadline');
  });

  it('is over when the server changes to another protocol unasked', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n';
    const port = await peers.tcp((socket) => void socket.once('data', () => socket.write(switching)));
    expect(await failing(exchange(agents(), get(port)))).toBe('not-http');
    expect(
      await failing(
        exchange(
          agents(),
          put(port, 1, () => Readable.from([Buffer.of(1)])),
        ),
      ),
    ).toBe('not-http');
  });

  it('gives up on a silent server, and has other patience once the body was sent', async () => {
    const port = await peers.http((request) => request.resume());
    expect(await failing(exchange(agents(), get(port, { idleTimeoutMs: 20 })))).toBe('silent');
    const limits = { idleTimeoutMs: 60_000, answerTimeoutMs: 20 };
    expect(await failing(exchange(agents(), get(port, { method: 'POST', body: 'x', ...limits })))).toBe('silent');
  });
});

describe('a kept connection that was closed meanwhile', () => {
  /** Answers the first request of a connection, and ends the connection at the second. */
  const forgetful = async (): Promise<{ port: number; requests: () => number }> => {
    let requests = 0;
    const port = await peers.tcp((socket) => {
      let seen = 0;
      socket.on('data', () => {
        requests += 1;
        seen += 1;
        if (seen === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n');
        else socket.destroy();
      });
    });
    return { port, requests: () => requests };
  };
  const drain = async (answer: IncomingMessage): Promise<void> => void (await readBody(answer, 0, idle));

  it('is tried once more for what may be repeated', async () => {
    const { port, requests } = await forgetful();
    const pool = agents();
    await drain(await exchange(pool, get(port)));
    await drain(await exchange(pool, get(port)));
    expect(requests()).toBe(3);
  });

  it.each([
    ['must not be repeated', { method: 'POST', body: 'x', repeatable: false }],
    [
      'is opened, whatever was said',
      { method: 'PUT', body: { size: 1, open: () => Readable.from([Buffer.alloc(1)]) } },
    ],
  ] as const)('is a failure for what %s', async (_what, more) => {
    const { port, requests } = await forgetful();
    const pool = agents();
    await drain(await exchange(pool, get(port)));
    expect(await failing(exchange(pool, get(port, more)))).toBe('cut');
    expect(requests()).toBe(2);
  });
});

describe('the body of an answer', () => {
  it('has a limit, and what is beyond it ends the connection', async () => {
    const port = await peers.http((_request, response) => response.end(Buffer.alloc(1001)));
    const error = await failing(readBody(await exchange(agents(), get(port)), 1000, idle));
    expect(error).toBeInstanceOf(BodyTooLarge);
    expect(String(error)).toMatch(/larger than 1000 bytes/);
    await vi.waitFor(() => expect(peers.connections).toBe(0));
  });

  it('must not fall silent, nor drip for ever', async () => {
    const port = await peers.http((request, response) => {
      response.flushHeaders();
      if (request.url === '/nothing') return;
      response.write('x');
      if (request.url !== '/drip') return;
      const drops = setInterval(() => response.write('x'), 5);
      response.once('close', () => clearInterval(drops));
    });
    for (const path of ['/some', '/nothing']) {
      const silent = await exchange(agents(), get(port, { url: new URL(`http://127.0.0.1:${port}${path}`) }));
      expect(await failing(readBody(silent, 100, { idleTimeoutMs: 20 }))).toBe('silent');
    }
    const dripping = await exchange(agents(), get(port, { url: new URL(`http://127.0.0.1:${port}/drip`) }));
    expect(await failing(readBody(dripping, 10_000, { ...idle, deadlineMs: 50 }))).toBe('deadline');
    await vi.waitFor(() => expect(peers.connections).toBe(0));
  });

  it('may have a deadline beyond what a timer can wait', async () => {
    const port = await peers.http((_request, response) => {
      response.write('x');
      setTimeout(() => response.end('y'), 20);
    });
    const deadlineMs = 2 ** 40;
    const answer = await exchange(agents(), get(port, { deadlineMs }));
    expect((await readBody(answer, 100, { ...idle, deadlineMs })).toString()).toBe('xy');
  });

  it('does not take a slow reader for a silent server', async () => {
    const port = await peers.http((_request, response) => {
      response.writeHead(200, { 'content-length': String(8 * 1024 * 1024) });
      response.end(Buffer.alloc(8 * 1024 * 1024));
    });
    const answer = await exchange(agents(), get(port));
    let total = 0;
    for await (const chunk of bodyOf(answer, { idleTimeoutMs: 100 })) {
      if (total === 0) await pause(300);
      total += chunk.byteLength;
    }
    expect(total).toBe(8 * 1024 * 1024);
  });

  it('is cut where the line is', async () => {
    const port = await peers.http((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('x', () => response.socket?.destroy());
    });
    expect(await failing(readBody(await exchange(agents(), get(port)), 100, idle))).toBe('cut');
  });

  it('leaves a connection that is used again when it was read whole or let go short', async () => {
    const port = await peers.http((_request, response) => response.end('short'));
    const pool = agents();
    await readBody(await exchange(pool, get(port)), 100, idle);
    const second = await exchange(pool, get(port));
    const { socket } = second;
    discard(second);
    await once(second, 'end');
    const third = await exchange(pool, get(port));
    expect(third.socket).toBe(socket);
    discard(third);
  });

  it('ends its connection when it is long and nobody reads it', async () => {
    const port = await peers.http((_request, response) => response.end(Buffer.alloc(1024 * 1024)));
    discard(await exchange(agents(), get(port)));
    await vi.waitFor(() => expect(peers.connections).toBe(0));
  });
});

describe('pools', () => {
  it('lead through the proxy that the variables name, but not to this machine itself', async () => {
    const seen: (string | undefined)[] = [];
    const proxy = await peers.http((request, response) => {
      seen.push(request.url);
      response.end();
    });
    const direct = await peers.http((_request, response) => response.writeHead(204).end());
    const pool = agents({ HTTP_PROXY: `127.0.0.1:${proxy}` });
    discard(await exchange(pool, get(0, { url: new URL('http://registry.example/x') })));
    expect(seen).toEqual(['http://registry.example/x']);
    expect((await exchange(pool, get(direct))).statusCode).toBe(204);
    expect(seen).toHaveLength(1);
  });

  it('end what waits for an answer when they are closed', async () => {
    const port = await peers.http(() => undefined);
    const pool = agents();
    const waiting = failing(exchange(pool, get(port)));
    await vi.waitFor(() => expect(peers.connections).toBe(1));
    pool.close();
    expect(await waiting).toBe('cut');
  });

  it('let a process end at once after a call that failed, whatever the server keeps open', async () => {
    // The server answers half, then neither goes on nor closes.
    const port = await peers.http((_request, response) => {
      response.writeHead(500, { 'content-length': '10' });
      response.write('x');
    });
    const here = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
    const program = `
      import { Agents } from ${here('./agents.ts')};
      import { exchange } from ${here('./exchange.ts')};
      const agents = new Agents({}, { keepAlive: true });
      const url = new URL('http://127.0.0.1:${port}/');
      const answer = await exchange(agents, { method: 'GET', url, idleTimeoutMs: 3_600_000, repeatable: true });
      agents.close();
      process.exitCode = answer.statusCode === 500 ? 3 : 1;`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
    started.push(child);
    expect(await once(child, 'exit')).toEqual([3, null]);
  });
});
