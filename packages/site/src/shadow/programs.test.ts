import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askProgram, lastError } from './programs.ts';

describe('a program that is asked about flags', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-programs-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const cancel = new AbortController().signal;
  const script = async (text: string): Promise<string> => {
    const path = join(folder, 'program');
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
    return path;
  };

  it('tells its version where it takes them, and else why it does not', async () => {
    const program = await script(
      '[ "$1" = --v=2 ] && echo Kubernetes v1.37.2 && exit; echo "Error: unknown flag: $1" >&2; exit 1',
    );
    expect(await askProgram(program, ['--v=2'], cancel)).toEqual({ version: 'v1.37.2', refusal: undefined });
    expect(await askProgram(program, ['--x'], cancel)).toEqual({ version: undefined, refusal: 'unknown flag: --x' });
  });

  it.each([
    ['is not there', undefined],
    ['says nothing', 'exit 0'],
    ['says that all is well, and no version', 'echo ok'],
  ])('is no such program where it %s', async (_, text) => {
    const program = text === undefined ? join(folder, 'absent') : await script(text);
    await expect(askProgram(program, [], cancel)).rejects.toMatchObject({ code: 'REHEARSAL_PROGRAM_FAILED' });
  });

  it('is not asked once that is cancelled', async () => {
    await expect(askProgram(await script('exit 1'), [], AbortSignal.abort())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe('the line by which a program says why it ends', () => {
  it.each([
    [
      'of klog',
      'I1129 11:13:54.1 2 a.go:1] up\nE1129 11:13:54.087875   21735 run.go:72] "command failed" err="unknown \\"X\\" gate"\n',
      'unknown "X" gate',
    ],
    ['of the command line', 'Error: unknown flag: --x\n\nUsage:\n  kube-apiserver\n', 'unknown flag: --x'],
    ['the last where none says that it is one', 'one\ntwo\n', 'two'],
    ['none where nothing is written', '\n', ''],
  ])('is found: %s', (_, log, line) => {
    expect(lastError(log)).toBe(line);
  });

  it('has no control characters, and an end', () => {
    const line = lastError(`error: \u001b[31m${'x'.repeat(2000)}`);
    expect([line.includes('\u001b'), line.length]).toEqual([false, 400]);
  });
});
