import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from './architecture.ts';
import { parseArchitectures, provideExecutables } from './executables.ts';

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-executables-'));
  program = join(folder, 'sealift');
  // The head says for which processor it is; nothing here starts it.
  writeFileSync(program, readFileSync(process.execPath).subarray(0, 100_000));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const provide = async (file: string) =>
  await provideExecutables(
    () => undefined,
    { XDG_CACHE_HOME: join(folder, 'cache') },
    { architectures: [hostArchitecture], files: [file] },
  );

describe('executables given as files', () => {
  it('are compressed once for the processor they are for, and again when what was kept is damaged', async () => {
    const [first] = await provide(program);
    expect(first?.architecture).toBe(hostArchitecture);
    const path = first?.gzipPath ?? '';
    const compressed = readFileSync(path);
    expect(gunzipSync(compressed).equals(readFileSync(program))).toBe(true);
    expect(await provide(program)).toEqual([first]);
    writeFileSync(path, 'damaged');
    expect(await provide(program)).toEqual([first]);
    expect(readFileSync(path).equals(compressed)).toBe(true);
  });

  it('are refused when they are missing or no program', async () => {
    await expect(provide(join(folder, 'none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const script = join(folder, 'script');
    writeFileSync(script, '#!/bin/sh\n'.repeat(100));
    await expect(provide(script)).rejects.toMatchObject({ code: 'EXECUTABLE_UNAVAILABLE', place: '--executable' });
  });
});

describe('parseArchitectures', () => {
  it('reads one or several names, each once', () => {
    expect(parseArchitectures('arm64')).toEqual(['arm64']);
    expect(parseArchitectures('arm64,amd64,arm64')).toEqual(['amd64', 'arm64']);
  });

  it.each(['', 'x86_64', 'amd64,', 'amd64 arm64'])('refuses %j by name', (text) => {
    expect(() => parseArchitectures(text)).toThrow('is none of amd64, arm64');
  });
});
