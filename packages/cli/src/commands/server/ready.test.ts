import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

let server: Server;
/** What it answers, one after the other; the last one again and again. */
let answers: number[];
let asked: string[];
beforeEach(async () => {
  [answers, asked] = [[200], []];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead((answers.length > 1 ? answers.shift() : answers[0]) ?? 500).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

async function ready(...args: string[]) {
  const { port } = server.address() as AddressInfo;
  const { context, written } = testContext();
  const code = await run(['server', 'ready', '--listen', `127.0.0.1:${port}`, ...args], context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

async function endedProcess(): Promise<string> {
  const child = spawn('true');
  await once(child, 'exit');
  return String(child.pid);
}

describe('sealift server ready', () => {
  it('waits until the console and its database answer', async () => {
    answers = [503, 503, 200];
    expect(await ready('--process', String(process.pid))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^The console at http:\/\/127\.0\.0\.1:\d+ is ready\.$/),
    });
    expect(asked).toEqual(['/readyz', '/readyz', '/readyz']);
  });

  it('waits for nothing once the process has ended, whoever else answers there', async () => {
    expect(await ready('--process', await endedProcess())).toMatchObject({
      code: 3,
      notes: expect.stringContaining('code: SERVICE_NOT_READY'),
    });
  });

  it.each([
    [['--listen', '127.0.0.1:0'], 'port 0'],
    [['--listen', 'nowhere'], '--listen nowhere'],
    [['--process', '0'], '--process 0'],
    [['--process', 'x'], '--process x'],
  ])('refuses %j', async (args, words) => {
    const { code, notes } = await ready(...args);
    expect([code, notes]).toEqual([1, expect.stringContaining(words)]);
    expect(notes).toContain('code: USAGE');
  });
});
