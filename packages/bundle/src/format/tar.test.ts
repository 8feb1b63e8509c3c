import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paddingOf } from '@sealift/io/tar-block';
import { closingBytes, placeEnd, tarHead, tarHeadBytes } from './tar.ts';

const gib = 1024 ** 3;
const sizes = [9 * gib, 3, 8 * gib - 1, 8 * gib];
const path = `blobs/sha256/${'a'.repeat(64)}`;

describe('the tar of a bundle', () => {
  let folder: string;
  let file: string;
  let end: number;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-tar-'));
    file = join(folder, 'large.tar');
    const handle = openSync(file, 'w');
    let position = 0;
    for (const [index, size] of sizes.entries()) {
      const head = tarHead(`${path.slice(0, -1)}${index}`, size);
      writeSync(handle, head, 0, head.length, position);
      position += head.length + size + paddingOf(size);
    }
    ftruncateSync(handle, position + closingBytes);
    closeSync(handle);
    end = position;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('states sizes beyond 8 GiB so that tar reads them', () => {
    const lines = execFileSync('tar', ['tvf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(lines.map((line) => Number(line.split(/\s+/)[2]))).toEqual(sizes);
    expect(lines[0]).toContain('-rw-r--r-- 0/0');
  });

  it.skipIf(!['/bin/busybox', '/usr/bin/busybox'].some((program) => existsSync(program)))(
    'is read by busybox too (needs busybox: apt-get install busybox)',
    () => {
      const listed = spawnSync('busybox', ['tar', 'tvf', file], { encoding: 'utf8' });
      expect(listed.status).toBe(0);
      const lines = listed.stdout
        .trim()
        .split('\n')
        .filter((line) => !line.includes('PaxHeaders'));
      expect(lines.map((line) => Number(line.split(/\s+/)[2]))).toEqual(sizes);
    },
  );

  it('ends where the places of its files add up to', () => {
    expect(placeEnd(sizes.map((size) => ({ size })))).toBe(end);
  });

  it('has heads of the length that offsets are computed with', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (size) => {
        expect(tarHead(path, size).length).toBe(tarHeadBytes(size));
        expect((size + paddingOf(size)) % 512).toBe(0);
      }),
    );
  });
});
