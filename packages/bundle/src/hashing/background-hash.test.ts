import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../minisign/keys.ts';
import { verifyBundle } from '../read/verify-bundle.ts';
import { writeSmallBundle } from '../testing/small-bundle.ts';
import { startBackgroundHash } from './background-hash.ts';

const mebibyte = 1024 * 1024;
const content = randomBytes(10 * mebibyte + 77);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-hashing-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hexOf = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest('hex');

async function withFile(work: (file: FileHandle) => Promise<void>): Promise<void> {
  await using file = await open(join(folder, 'content'), 'w+');
  await work(file);
}

describe.each([
  ['here', 1],
  ['on a thread', content.length],
])('a hash %s', (_where, expectedBytes) => {
  it.each(['sha256', 'blake2b512'] as const)('is that of what was written: %s', async (algorithm) => {
    const hash = startBackgroundHash(algorithm, expectedBytes);
    try {
      await withFile(async (file) => {
        for (let position = 0; position < content.length; position += 300_001) {
          const bytes = content.subarray(position, position + 300_001);
          await file.write(bytes, 0, bytes.length, position);
          hash.update({ bytes, fd: file.fd, position });
        }
        expect(await hash.digest()).toBe(hexOf(algorithm, content));
        hash.update({ bytes: content.subarray(5, 9), fd: file.fd, position: 5 });
        expect(await hash.digest()).toBe(hexOf(algorithm, content.subarray(5, 9)));
      });
    } finally {
      await hash.end();
    }
  });
});

describe('a hash on a thread', () => {
  it('fails when the file does not hold what was written to it', async () => {
    const hash = startBackgroundHash('sha256', content.length);
    await withFile(async (file) => {
      hash.update({ bytes: content.subarray(0, 100), fd: file.fd, position: 0 });
      await expect(hash.digest()).rejects.toThrow('before what was written to it');
    });
    await hash.end();
    await expect(hash.digest()).rejects.toThrow('before what was written to it');
  });

  it('gives up what is waited for when it is ended', async () => {
    const hash = startBackgroundHash('sha256', content.length);
    const waiting = hash.digest();
    waiting.catch(() => undefined);
    await hash.end();
    await expect(waiting).rejects.toThrow('ended');
  });
});

it.each([undefined, 4 * mebibyte])(
  'a bundle written with them has the digests it says (parts of %s)',
  async (splitBytes) => {
    const secretKey = generateKeyPair();
    const name = `large-${splitBytes ?? 'whole'}.bin`;
    const split = splitBytes === undefined ? {} : { splitBytes };
    const { bundle } = await writeSmallBundle(folder, { secretKey, layer: content, name, ...split });
    const files = readdirSync(folder).filter((entry) => /^(?:\.part\d+)?$/.test(entry.replace(name, '')));
    expect(files.length).toBe(splitBytes === undefined ? 1 : 3);
    const parts = files.sort().map((entry) => readFileSync(join(folder, entry)));
    expect(bundle.sha256).toBe(hexOf('sha256', Buffer.concat(parts)));
    for (const [index, part] of (bundle.parts ?? []).entries()) {
      expect(part.sha256).toBe(hexOf('sha256', parts[index] ?? Buffer.alloc(0)));
    }
    const { fileSha256 } = await verifyBundle(bundle.path, { trustedKeys: [secretKey.publicKey], hashFile: true });
    expect(fileSha256).toBe(bundle.sha256);
    expect(readdirSync(folder).filter((entry) => entry.startsWith('.'))).toEqual([]);
  },
  20_000,
);
