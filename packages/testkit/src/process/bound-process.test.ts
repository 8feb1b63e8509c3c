import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { flags, runBound } from './bound-process.ts';

let folder: string;
let log: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-bound-process-'));
  log = join(folder, 'log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const shell = (script: string) => runBound('/bin/sh', ['-c', script], { name: 'program', log });
const logged = (text: string) => async () => (await readFile(log, 'utf8')).includes(text);

it('a program that is given time ends by itself, and one that takes no notice is killed', async () => {
  const polite = shell('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done');
  await polite.untilReady(logged('up'));
  await polite.stop(20_000);
  expect(polite.ended).toBe(true);
  expect(await readFile(log, 'utf8')).toBe('up\nbye\n');

  const deaf = shell('trap "" TERM; echo deaf; while :; do sleep 0.05; done');
  await deaf.untilReady(logged('deaf'));
  await deaf.stop(50);
  expect(deaf.ended).toBe(true);
});

it('a program that ends before it is ready is told with its code and the end of its log', async () => {
  const broken = shell('echo no such flag >&2; exit 3');
  await expect(broken.untilReady(async () => false)).rejects.toThrow('program ended with 3\nno such flag');
  await broken.stop();
});

it('a program that is not there is told', async () => {
  const absent = runBound(join(folder, 'absent'), flags({ 'bind-address': '127.0.0.1' }), { log });
  await expect(absent.untilReady(async () => false)).rejects.toThrow('absent ended with 127');
});

it.each([
  ['even when that is killed', (owner: number) => process.kill(owner, 'SIGKILL')],
  ['even a deaf one when its whole group is told to end', (owner: number) => process.kill(-owner, 'SIGTERM')],
])('a program ends with the process that runs it, %s', async (_, end) => {
  const module = JSON.stringify(new URL('bound-process.ts', import.meta.url).href);
  const program = `trap "" TERM; echo $$; while :; do sleep 0.05; done`;
  const owner = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `(await import(${module})).runBound('/bin/sh', ['-c', ${JSON.stringify(program)}], { log: process.argv[1] })`,
      log,
    ],
    { stdio: 'ignore', detached: true },
  );
  const pid = await waitUntil('the program to run', async () => /^\d+(?=\n)/.exec(await readFile(log, 'utf8'))?.[0]);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  end(owner.pid ?? 0);
  await waitUntil('the program to be gone', () => !existsSync(`/proc/${pid}`));
});
