import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blockBytes } from '@sealift/io/tar-block';
import type { PublicKey } from '../minisign/keys.ts';
import { makeSparseBundle } from '../testing/sparse-bundle.ts';
import { readPart } from './bundle-file.ts';
import { checkJob } from './check-job.ts';
import { type Bundle, openBundle } from './open-bundle.ts';
import { planJobs } from './plan-jobs.ts';

const gibibyte = 1024 ** 3;
let folder: string;
let path: string;
let trustedKeys: readonly PublicKey[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-big-'));
  path = join(folder, 'big.bin');
  // More members of more than 8 GiB than one, so that what follows such a member is checked too.
  const sizes = [60 * gibibyte, 30 * gibibyte, 9 * gibibyte + 1, gibibyte];
  const small = Array.from({ length: 2000 }, (_, index) => 1000 + index);
  const { secretKey } = await makeSparseBundle({ path, memberSizes: [...sizes, ...small], checkable: false });
  trustedKeys = [secretKey.publicKey];
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withBundle(work: (bundle: Bundle) => Promise<void>): Promise<void> {
  await using bundle = await openBundle(path, { trustedKeys });
  await work(bundle);
}

describe('a bundle of 100 GiB', () => {
  it('takes next to no room in this test', () => {
    const { size, blocks } = statSync(path);
    expect(size).toBeGreaterThan(100 * gibibyte);
    expect(blocks * 512).toBeLessThan(64 * 1024 * 1024);
  });

  it('is opened in a few reads of a few hundred kilobytes', async () => {
    const handle = await open(path);
    const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'read'>;
    await handle.close();
    const reads = vi.spyOn(prototype, 'read');
    try {
      await withBundle(async ({ manifest, index }) => {
        expect(manifest.members.length).toBeGreaterThan(2000);
        expect(index.manifests.length).toBe(1);
        await Promise.resolve();
      });
      const results = await Promise.all(reads.mock.results.map(({ value }) => value as Promise<{ bytesRead: number }>));
      expect(results.length).toBeLessThanOrEqual(8);
      expect(results.reduce((sum, { bytesRead }) => sum + bytesRead, 0)).toBeLessThan(700_000);
    } finally {
      reads.mockRestore();
    }
  });

  it('places everything behind 100 GiB right: headers, a small blob, the end', async () => {
    await withBundle(async (bundle) => {
      const parts = bundle.file.parts.map(({ handle, length }) => ({ fd: handle.fd, length }));
      const check = (job: Parameters<typeof checkJob>[0]) =>
        checkJob(job, parts, Buffer.alloc(65_536), () => undefined);
      const closing = planJobs(bundle, { hashFile: false }).find(({ kind }) => kind === 'closing');
      if (closing === undefined) throw new Error('no end');
      expect(check(closing)).toEqual({ kind: 'whole' });
      // Its content was never computed, so the hash fails, but only after its header was found where it must be.
      for (const member of bundle.manifest.members.filter(({ size }) => size > gibibyte)) {
        const headBytes = 3 * blockBytes;
        const start = bundle.payloadStart + member.offset - headBytes;
        const head = await readPart(bundle.file, start, headBytes);
        expect(head.toString('latin1', 0, 11)).toBe('PaxHeaders/');
        expect(head.toString('latin1', blockBytes, 2 * blockBytes)).toContain(` size=${member.size}\n`);
        expect(head.toString('latin1', 2 * blockBytes, 2 * blockBytes + 6)).toBe('blobs/');
      }
    });
  });

  it('is refused at once when it is a byte shorter', async () => {
    const { size } = statSync(path);
    truncateSync(path, size - 1);
    await expect(openBundle(path, { trustedKeys })).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED' });
    truncateSync(path, size);
  });
});
