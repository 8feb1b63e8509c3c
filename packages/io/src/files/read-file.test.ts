import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNamedFile } from './read-file.ts';

describe('a file that somebody named', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-read-'));
    path = join(folder, 'values.yaml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read up to its limit, and not beyond', async () => {
    await writeFile(path, 'a: 1\n');
    expect((await readNamedFile(path, 5)).toString()).toBe('a: 1\n');
    await expect(readNamedFile(path, 4)).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE', place: path });
  });

  it('is read no further than its limit where it has no end', async () => {
    await expect(readNamedFile('/dev/zero', 1000, '--values')).rejects.toMatchObject({
      code: 'INPUT_TOO_LARGE',
      place: '--values',
    });
  });

  it('may be a pipe', async () => {
    execFileSync('mkfifo', [path]);
    const [read] = await Promise.all([readNamedFile(path, 100), writeFile(path, 'a: 2\n')]);
    expect(read.toString()).toBe('a: 2\n');
  });

  it('that is missing, or none, is told apart', async () => {
    await expect(readNamedFile(path, 10)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(readNamedFile(folder, 10)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
