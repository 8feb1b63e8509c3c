import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sealift-make-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('making a folder', () => {
  it('makes those above it too, and leaves what is there', () => {
    const path = join(folder, 'a', 'b', 'c');
    makeFolder(path, 0o700);
    makeFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
  });

  it('fails where a file is in the way', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => makeFolder(join(folder, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(folder, 'file', 'below'))).toThrow('ENOTDIR');
  });

  // In a process of its own: what does not end here cannot be stopped from within.
  it.skipIf(!existsSync('/proc/self'))('fails where a folder is there in which none can be made', () => {
    const module = fileURLToPath(new URL('./make-folder.ts', import.meta.url));
    const script = `const { makeFolder } = await import(${JSON.stringify(module)}); makeFolder('/proc/none/of/this');`;
    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 60_000,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
    });
    expect(ended.signal).toBeNull();
    expect(ended.stderr).toContain('ENOENT');
  });
});
