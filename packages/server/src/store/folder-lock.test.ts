import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-lock-'));
  path = join(folder, 'store.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const owner = (change: object) =>
  JSON.stringify({ pid: process.pid, startedAt: 'x:1', host: hostname(), nonce: 'n', ...change });

describe('lockFolder', () => {
  it('names the process that holds the folder, and frees it', () => {
    const lock = lockFolder(folder);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
    expect(() => lockFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'STORE_IN_USE',
        place: path,
        message: expect.stringContaining(`${process.pid}`),
      }),
    );
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    lockFolder(folder).release();
  });

  it('takes over from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    writeFileSync(path, owner({ pid: child.pid, startedAt: '' }));
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'STORE_IN_USE' }));
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockFolder(folder).release();
  });

  it.skipIf(process.platform !== 'linux')('takes over from a pid that another program has now', () => {
    writeFileSync(path, owner({ startedAt: 'another-boot:1' }));
    lockFolder(folder).release();
  });

  it.skipIf(process.platform !== 'linux')(
    'takes over from a killed process that its parent never asks about',
    async () => {
      // The program that replaces the shell knows nothing of its child, which so stays in the process table when it has ended.
      const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
      try {
        const [line] = (await once(parent.stdout, 'data')) as [Buffer];
        const pid = Number(line.toString());
        await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
        writeFileSync(path, owner({ pid, startedAt: '' }));
        lockFolder(folder).release();
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );

  it('says that a folder cannot be made', () => {
    writeFileSync(path, '');
    expect(() => lockFolder(join(path, 'data'))).toThrow(expect.objectContaining({ code: 'FILE_UNWRITABLE' }));
  });

  it('takes over a file that is no lock', () => {
    writeFileSync(path, '{"pid":');
    lockFolder(folder).release();
  });

  it('refuses a lock of another machine, which cannot be asked', () => {
    writeFileSync(path, owner({ host: 'elsewhere', pid: 4_000_000 }));
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'STORE_IN_USE' }));
  });

  it('leaves the lock of a successor alone', () => {
    const lock = lockFolder(folder);
    writeFileSync(path, owner({ nonce: 'successor' }));
    lock.release();
    expect(readFileSync(path, 'utf8')).toContain('successor');
  });

  it('goes to one of many processes that find a stale lock at once', async () => {
    writeFileSync(path, owner({ pid: 4_000_000, startedAt: '' }));
    const script = `
      import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
      try { lockFolder(process.argv[1]); console.log('held'); setInterval(() => 0, 1000); } catch { console.log('refused'); }`;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    try {
      const answers = await Promise.all(
        children.map(async (child) => {
          const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
          return chunk.toString().trim();
        }),
      );
      expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    } finally {
      for (const child of children) child.kill('SIGKILL');
    }
  }, 30_000);
});
