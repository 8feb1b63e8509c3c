import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, openSync, closeSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SealiftError } from '@sealift/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BundleManifest } from '../format/manifest.ts';
import type { PublicKey } from '../minisign/keys.ts';
import { makeSparseBundle } from '../testing/sparse-bundle.ts';
import { openBundle } from './open-bundle.ts';
import { planJobs } from './plan-jobs.ts';
import { verifyBundle, type VerifyBundleOptions } from './verify-bundle.ts';

const mebibyte = 1024 * 1024;
let folder: string;
let path: string;
let manifest: BundleManifest;
let trustedKeys: readonly PublicKey[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-threads-'));
  path = join(folder, 'sparse.bin');
  const memberSizes = [33 * mebibyte, 2 * mebibyte + 1, 300];
  const made = await makeSparseBundle({ path, memberSizes, checkable: true });
  manifest = made.manifest;
  trustedKeys = [made.secretKey.publicKey];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const verify = (options: Partial<VerifyBundleOptions> = {}) => verifyBundle(path, { trustedKeys, ...options });

async function refusal(options: Partial<VerifyBundleOptions> = {}): Promise<SealiftError> {
  const error = await verify(options).catch((failure: unknown) => failure);
  if (error instanceof SealiftError) return error;
  throw new Error('it was accepted');
}

/** Writes a byte into the file while `work` runs. */
async function withByteAt(position: number, work: () => Promise<void>): Promise<void> {
  const put = (byte: number): void => {
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.from([byte]), 0, 1, position);
    closeSync(file);
  };
  put(1);
  try {
    await work();
  } finally {
    put(0);
  }
}

describe('a check on several threads', () => {
  it('accepts a whole bundle, and gives the SHA-256 of the file that one pass over it gives', async () => {
    const steps: number[] = [];
    const { fileSha256 } = await verify({ hashFile: true, onProgress: (done) => steps.push(done) });
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    expect(fileSha256).toBe(hash.digest('hex'));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps.at(-1)).toBe(manifest.length);
    expect((await verify()).fileSha256).toBeUndefined();
  });

  it('finds one changed byte anywhere: in each content, in padding, in the closing blocks', async () => {
    await using bundle = await openBundle(path, { trustedKeys });
    const places = manifest.members
      .filter(({ path: name }) => name.startsWith('blobs/'))
      .map(({ offset, size }) => bundle.payloadStart + offset + size - 1);
    const padding = places.map((place) => place + 1).filter((place) => place % 512 !== 0);
    expect(padding.length).toBeGreaterThan(1);
    for (const [index, place] of [...places.slice(-3), ...padding.slice(-1), manifest.length - 1].entries()) {
      const hashFile = index % 2 === 0;
      await withByteAt(place, async () => expect((await refusal({ hashFile })).code).toBe('BUNDLE_DAMAGED'));
    }
    await verify();
  }, 20_000);

  it('finds that the file became shorter while it was read', async () => {
    await using bundle = await openBundle(path, { trustedKeys });
    const { verifyOpenBundle } = await import('./verify-bundle.ts');
    truncateSync(path, manifest.length - mebibyte);
    try {
      await expect(verifyOpenBundle(bundle, {})).rejects.toThrow('inside of its content');
    } finally {
      truncateSync(path, manifest.length);
    }
  });

  it('ends when it is called off, before and in the middle', async () => {
    expect((await refusal({ cancel: AbortSignal.abort() })).code).toBe('CANCELLED');
    const stop = new AbortController();
    expect((await refusal({ cancel: stop.signal, onProgress: () => stop.abort() })).code).toBe('CANCELLED');
  });
});

describe('planJobs', () => {
  it.each([true, false])(
    'covers every byte behind the signature once (with the hash of the file: %s)',
    async (hashFile) => {
      await using bundle = await openBundle(path, { trustedKeys });
      const jobs = planJobs(bundle, { hashFile }).filter(({ kind }) => kind !== 'hash');
      let end = bundle.payloadStart;
      for (const { start, length } of [...jobs].sort((a, b) => a.start - b.start)) {
        expect(start).toBe(end);
        end += length;
      }
      expect(end).toBe(manifest.length);
      const members = jobs.flatMap((job) => (job.kind === 'members' ? job.members : []));
      expect(members.length).toBe(manifest.members.length);
    },
  );
});
