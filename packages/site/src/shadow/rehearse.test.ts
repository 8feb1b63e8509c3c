import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Rehearsal, rehearse } from './rehearse.ts';

describe('a rehearsal', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-rehearse-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const script = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
    return path;
  };
  const server = (version: string): Promise<string> => script(version, `echo Kubernetes ${version}`);
  const run = async (over: Readonly<Record<string, string>> = {}): Promise<Rehearsal> => {
    const snapshot = join(folder, 'snapshot');
    await writeFile(snapshot, 'x');
    return await rehearse({
      snapshot,
      store: {
        etcd: '/nowhere/etcd',
        etcdutl: over['etcdutl'] ?? (await script('etcdutl', 'echo "Error: expected sha256 [1], got [2]" >&2; exit 1')),
      },
      running: over['running'] ?? (await server('v1.36.3')),
      other: over['other'] ?? (await server('v1.37.2')),
      folder: over['folder'] ?? folder,
      cancel: new AbortController().signal,
    });
  };

  it('is refused with a snapshot that is damaged, in the words of who restores it, and leaves nothing', async () => {
    await expect(run()).rejects.toMatchObject({
      code: 'REHEARSAL_SNAPSHOT_UNUSABLE',
      message: expect.stringContaining('expected sha256 [1], got [2]') as string,
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('sealift-rehearsal-'))).toEqual([]);
  });

  it('is refused where the programs are two minors apart', async () => {
    const values = { other: await server('v1.38.0') };
    await expect(run(values)).rejects.toThrow('v1.38.0 is more than one minor away from v1.36.3');
  });

  it.each([
    ['is not there', 'running', '/nowhere/kube-apiserver'],
    ['is not there', 'etcdutl', '/nowhere/etcdutl'],
  ])('names the program that %s: %s', async (_, which, path) => {
    await expect(run({ [which]: path })).rejects.toMatchObject({ code: 'REHEARSAL_PROGRAM_FAILED', place: path });
  });

  it('names a folder whose path is too long for a socket', async () => {
    const values = { folder: join(folder, 'x'.repeat(100)) };
    await mkdir(values.folder);
    await expect(run(values)).rejects.toMatchObject({ code: 'REHEARSAL_FOLDER_UNFIT' });
  });

  it('names a program that is another one', async () => {
    const values = { other: await script('other', 'echo hello') };
    await expect(run(values)).rejects.toMatchObject({ code: 'REHEARSAL_PROGRAM_FAILED', place: values.other });
  });

  it('is refused where the programs that follow do not start', async () => {
    const values = { etcdutl: await script('restores', 'exit 0') };
    await expect(run(values)).rejects.toMatchObject({ code: 'REHEARSAL_PROGRAM_FAILED', place: '/nowhere/etcd' });
  });
});
