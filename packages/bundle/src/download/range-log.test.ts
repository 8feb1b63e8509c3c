import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RangeLog, readRangeLog } from './range-log.ts';

const about = { sizeBytes: 1000, rangeBytes: 100, validator: '"étag"' };
const digestOf = (index: number): string => createHash('sha256').update(String(index)).digest('hex');

describe('a log of ranges', () => {
  let folder: string;
  let path: string;
  let whole: Buffer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-range-log-'));
    path = join(folder, 'log');
    {
      await using log = await RangeLog.begin(path, about, new Map([[7, digestOf(7)]]));
      await Promise.all([3, 0, 9, 4].map((index) => log.add(index, digestOf(index))));
    }
    whole = readFileSync(path);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tells what was put down, and of what file', async () => {
    const read = await readRangeLog(path);
    expect(read?.about).toEqual(about);
    await using again = await RangeLog.begin(`${path}.again`, about, read?.digests ?? new Map());
    expect(again.count).toBe(5);
    expect([...(read?.digests ?? [])]).toEqual([7, 3, 0, 9, 4].map((index) => [index, digestOf(index)]));
    expect(await readRangeLog(join(folder, 'none'))).toBeUndefined();
  });

  it('tells after a cut at any byte only what was put down whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        writeFileSync(path, whole.subarray(0, length));
        const lines = whole.subarray(0, length).toString().split('\n').length - 1;
        const read = await readRangeLog(path);
        if (lines === 0) expect(read).toBeUndefined();
        else expect([...(read?.digests.keys() ?? [])]).toEqual([7, 3, 0, 9, 4].slice(0, lines - 1));
      }),
      { numRuns: 60 },
    );
  });

  it('tells nothing that was changed by a bit, nor what stands behind it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const changed = Buffer.from(whole);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        writeFileSync(path, changed);
        for (const [index, sha256] of (await readRangeLog(path))?.digests ?? []) expect(sha256).toBe(digestOf(index));
      }),
      { numRuns: 60 },
    );
  });
});
