import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-make-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder', () => {
  it('is made with those above it, once', () => {
    const path = join(folder, 'a/b/c');
    makeFolder(path, 0o700);
    makeFolder(path);
    for (const part of ['a', 'a/b', 'a/b/c']) expect(statSync(join(folder, part)).mode & 0o777).toBe(0o700);
  });

  it('is taken behind a link, and not made of a file or behind a link to nothing', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    symlinkSync('nothing', join(folder, 'dangling'));
    writeFileSync(join(folder, 'file'), '');
    makeFolder(join(folder, 'link/in'));
    expect(statSync(join(folder, 'real/in')).isDirectory()).toBe(true);
    for (const bad of ['file', 'dangling']) expect(() => makeFolder(join(folder, bad))).toThrow('EEXIST');
    expect(() => makeFolder(join(folder, 'file/in'))).toThrow('ENOTDIR');
  });

  it.skipIf(process.platform !== 'linux')('that cannot be made is an error, where Node.js itself asks for ever', () => {
    const module = fileURLToPath(new URL('./make-folder.ts', import.meta.url));
    const program = `import(${JSON.stringify(module)}).then(({ makeFolder }) => makeFolder('/proc/none/of/these'))`;
    // In a process of its own: what never returns could not be stopped here.
    const { status, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', timeout: 20_000 });
    expect(stderr).toContain("ENOENT: no such file or directory, mkdir '/proc/none");
    expect(status).toBe(1);
  });
});
