import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '../../testing/test-context.ts';
import { fileIdentity } from '../server/hand-over/file-identity.ts';
import { readReport, writeReport } from '../server/hand-over/report.ts';
import { assertFits, replaceConsoles } from './replace-consoles.ts';
import { consolesOf } from './running-consoles.ts';

let folder: string;
let place: string;
let console: ChildProcess;

/** A shell stands for the console: what counts is which file it runs, and with which words. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-consoles-'));
  mkdirSync(join(folder, 'data'));
  place = join(folder, 'sealift');
  copyFileSync('/bin/sh', place);
  console = spawn(place, ['-c', 'echo up; read line', 'server', 'run', '--data', 'data'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (console.stdout !== null) await once(console.stdout, 'data');
});
afterEach(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

async function end(): Promise<void> {
  if (console.exitCode !== null) return;
  const ended = once(console, 'exit');
  console.stdin?.end();
  await ended;
}

/** The file that is put in the place of the console's. */
function put(text: string): void {
  renameSync(place, `${place}.previous`);
  writeFileSync(place, text, { mode: 0o755 });
}

async function says(state: 'done' | 'back', reason = ''): Promise<void> {
  const file = (await fileIdentity(place)) ?? '';
  await writeReport(join(folder, 'data'), { file, version: '2', state, upgrade: 'u1', reason });
}

describe('the consoles that run an executable', () => {
  it('are found with their data folders; those of another file, or that are no consoles, are not', async () => {
    const found = [{ pid: console.pid, dataDir: join(folder, 'data') }];
    expect(await consolesOf(place)).toEqual(found);
    expect(await consolesOf('/bin/sh')).not.toContainEqual(found[0]);
    expect(await consolesOf(join(folder, 'none'))).toEqual([]);
    put('another');
    expect(await consolesOf(place)).toEqual([]);
    expect(await consolesOf(`${place}.previous`)).toEqual(found);
  });

  it('go on with the new one as they say themselves, of that very file', async () => {
    const running = await consolesOf(place);
    await says('back', 'of an earlier time');
    put('the new one');
    const { context } = testContext();
    const replaced = replaceConsoles(running, place, context);
    await says('done');
    expect(await replaced).toEqual([{ pid: console.pid, upgrade: 'u1' }]);
    expect(readFileSync(place, 'utf8')).toBe('the new one');
  });

  it('have gone on with it where they have ended since, as a unit of systemd has them do', async () => {
    const running = await consolesOf(place);
    put('the new one');
    await says('done');
    await end();
    expect(await replaceConsoles(running, place, testContext().context)).toMatchObject([{ upgrade: 'u1' }]);
  });

  it('that do not get the executable of before back, with the reason', async () => {
    const running = await consolesOf(place);
    put('the new one');
    await says('back', 'it ended with 7');
    const failure = await replaceConsoles(running, place, testContext().context).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'CONSOLE_NOT_REPLACED', message: expect.stringContaining('ended with 7') });
    expect(await consolesOf(place)).toEqual(running);
  });

  it('that have ended meanwhile are told of, and the new one stays', async () => {
    const running = await consolesOf(place);
    put('the new one');
    await end();
    const { context, written } = testContext();
    expect(await replaceConsoles(running, place, context)).toEqual([]);
    expect(written.notes.join()).toContain('has ended');
    expect(readFileSync(place, 'utf8')).toBe('the new one');
  });

  it('keep one that reads what they store, and get none that does not, or says nothing', async () => {
    const running = await consolesOf(place);
    const other = join(folder, 'other');
    const judged = async (script: string) => {
      writeFileSync(other, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return await assertFits(other, place, running, testContext().context).catch((error: unknown) => error);
    };
    const answers = (reads: number[]) => `echo '${JSON.stringify({ version: '2', upgrades: { stores: 2, reads } })}'`;
    // The one that runs cannot say what it stores: it is of the first form.
    expect(await judged(answers([1, 2]))).toBeUndefined();
    expect(await judged(answers([2]))).toMatchObject({ code: 'EXECUTABLE_UNFIT' });
    expect(await judged('echo 2.0.0')).toMatchObject({ code: 'EXECUTABLE_UNFIT' });
    expect(await judged('exit 1')).toMatchObject({ code: 'EXECUTABLE_UNFIT' });
  });
});

it('what another version tells of a hand-over is not half understood', async () => {
  const data = join(folder, 'data');
  expect(await readReport(data)).toBeUndefined();
  for (const text of ['', '{"format":2,"state":"done"}', '{"format":1,"state":"done"}']) {
    writeFileSync(join(data, 'hand-over.json'), text);
    expect(await readReport(data)).toBeUndefined();
  }
});
