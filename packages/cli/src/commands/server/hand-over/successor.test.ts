import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '@sealift/io/process-identity';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSuccessor } from './successor.ts';

let folder: string;
let pidFile: string;
let stop: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-successor-'));
  pidFile = join(folder, 'main.pid');
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A program that says it is up, and its number, and goes on until it is told to end. */
function program(more: string): string {
  const path = join(folder, 'program');
  const text = `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid));
    process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); process.send('ready'); ${more}`;
  writeFileSync(path, `#!${process.execPath}\n${text}\n`, { mode: 0o755 });
  return path;
}
const agrees = `process.on('message', (word) => word === 'alone' && process.send('alone'));`;
const endsWithOther = `process.once('disconnect', () => process.exit(5));`;
const pid = (): number => Number(readFileSync(join(folder, 'pid'), 'utf8'));
const hasEnded = (): Promise<unknown> => waitUntil('it to end', () => !isAlive(pid()));

describe('a successor', () => {
  it('goes on alone where the supervisor finds it, and ends when this one is asked to stop before it has ended', async () => {
    vi.stubEnv('SEALIFT_PID_FILE', pidFile);
    const { ended } = await startSuccessor(program(agrees), [], stop.signal);
    expect(await ended).toBe(0);
    expect(readFileSync(pidFile, 'utf8')).toBe(`${pid()}\n`);
    expect(isAlive(pid())).toBe(true);
    stop.abort();
    await hasEnded();
  });

  it('goes on alone, and may say again that it is up', async () => {
    vi.stubEnv('SEALIFT_PID_FILE', pidFile);
    const path = join(folder, 'program');
    const text = `import { writeFileSync } from 'node:fs';
      import { predecessor } from ${JSON.stringify(join(import.meta.dirname, 'predecessor.ts'))};
      const before = predecessor(process.env);
      before.gone.addEventListener('abort', () => process.exit(5));
      process.on('SIGTERM', () => process.exit(0));
      process.once('disconnect', () => {
        before.tellReady();
        setImmediate(() => setImmediate(() => writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid))));
      });
      setInterval(() => {}, 1000);
      before.tellReady();`;
    writeFileSync(`${path}.mts`, text);
    writeFileSync(path, `#!/bin/sh\nexec ${process.execPath} ${path}.mts\n`, { mode: 0o755 });
    const { ended } = await startSuccessor(path, [], stop.signal);
    expect(await ended).toBe(0);
    await waitUntil('it to be left alone', () => existsSync(join(folder, 'pid')));
    expect(isAlive(pid())).toBe(true);
    stop.abort();
    await hasEnded();
  });

  it('is waited for where nobody else could know of it', async () => {
    const { ended } = await startSuccessor(program(`${agrees}${endsWithOther}`), [], stop.signal);
    stop.abort();
    expect(await ended).toBe(5);
    expect(existsSync(pidFile)).toBe(false);
  });

  it('is waited for where it is of a version that says nothing to the question', async () => {
    vi.stubEnv('SEALIFT_PID_FILE', pidFile);
    const { ended } = await startSuccessor(program(endsWithOther), [], stop.signal, 200);
    expect([existsSync(pidFile), isAlive(pid())]).toEqual([false, true]);
    stop.abort();
    expect(await ended).toBe(0);
  });

  it('is waited for where its number cannot be written down', async () => {
    vi.stubEnv('SEALIFT_PID_FILE', join(folder, 'nowhere', 'main.pid'));
    const { ended } = await startSuccessor(program(agrees), [], stop.signal);
    expect(isAlive(pid())).toBe(true);
    stop.abort();
    expect(await ended).toBe(0);
  });

  it('that ends before it is up is none', async () => {
    vi.stubEnv('SEALIFT_PID_FILE', pidFile);
    const path = join(folder, 'program');
    writeFileSync(path, '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    await expect(startSuccessor(path, [], stop.signal)).rejects.toThrow('it ended with 7 before it was up');
    expect(existsSync(pidFile)).toBe(false);
  });
});
