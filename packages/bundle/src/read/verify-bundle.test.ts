import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { paddingOf } from '@sealift/io/tar-block';
import { readBounded } from '@sealift/oci/verify-stream';
import { peer } from '@sealift/testkit/peers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WrittenBundle } from '../create/write-bundle.ts';
import { manifestPath, signaturePath, stubBytes } from '../format/manifest.ts';
import { tarHead } from '../format/tar.ts';
import { formatPublicKey, generateKeyPair, type SecretKey } from '../minisign/keys.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { writeSmallBundle } from '../testing/small-bundle.ts';
import { openBundle } from './open-bundle.ts';
import { verifyBundle } from './verify-bundle.ts';

const minisign = peer('minisign');
let folder: string;
let bundle: WrittenBundle;
let secretKey: SecretKey;
let bytes: Buffer;
let damagedCopy: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-verify-'));
  ({ bundle, secretKey } = await writeSmallBundle(folder));
  bytes = readFileSync(bundle.path);
  damagedCopy = join(folder, 'damaged.bin');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function refusal(content: Uint8Array, trustedKeys = [secretKey.publicKey]): Promise<SealiftError> {
  writeFileSync(damagedCopy, content);
  try {
    await verifyBundle(damagedCopy, { trustedKeys });
  } catch (error) {
    if (error instanceof SealiftError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

function flipped(bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

/** The same bundle with another manifest, properly signed. */
function withManifest(change: (text: string) => string, key = secretKey): Buffer {
  const manifest = Buffer.from(change(canonicalJson(bundle.manifest)));
  const signature = Buffer.from(sign(key, startPrehash().update(manifest), 'a test'));
  const start = bytes.indexOf(tarHead('oci-layout', 30), stubBytes);
  const member = (path: string, content: Buffer): Buffer =>
    Buffer.concat([tarHead(path, content.length), content, Buffer.alloc(paddingOf(content.length))]);
  return Buffer.concat([
    bytes.subarray(0, stubBytes),
    member(manifestPath, manifest),
    member(signaturePath, signature),
    bytes.subarray(start),
  ]);
}

describe('openBundle', () => {
  it('gives blobs by digest, whole and in parts', async () => {
    await using open = await openBundle(bundle.path, { trustedKeys: [secretKey.publicKey] });
    const [entry] = open.index.manifests;
    if (entry === undefined) throw new Error('no entry');
    expect(await open.size(entry.digest)).toBe(entry.size);
    const whole = await readBounded(await open.open(entry.digest), 10_000, 'manifest');
    expect(JSON.parse(whole.toString())).toHaveProperty('layers');
    const part = await readBounded(await open.open(entry.digest, { start: 3, end: 10 }), 10_000, 'part');
    expect(part.equals(whole.subarray(3, 10))).toBe(true);
    expect(await open.size(`sha256:${'0'.repeat(64)}`)).toBeUndefined();
  });

  it('fails a blob that is damaged, before its end', async () => {
    const at = bytes.indexOf('layerlayer');
    writeFileSync(damagedCopy, flipped(at * 8));
    await using open = await openBundle(damagedCopy, { trustedKeys: [secretKey.publicKey] });
    const blob = bundle.manifest.members.find(({ size }) => size === 1500);
    if (blob === undefined) throw new Error('no blob');
    await expect(readBounded(await open.open(`sha256:${blob.sha256}`), 10_000, 'blob')).rejects.toThrow('should be');
  });
});

describe('writeBundle', () => {
  it('writes the same bytes again', async () => {
    const again = await writeSmallBundle(folder, { secretKey, name: 'again.bin' });
    expect(readFileSync(again.bundle.path).equals(bytes)).toBe(true);
    expect(readFileSync(again.bundle.signaturePath, 'utf8')).toBe(readFileSync(bundle.signaturePath, 'utf8'));
  });

  it('leaves nothing but the bundle and its signature', () => {
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('verifyBundle', () => {
  it('accepts what was written and reports it', async () => {
    const steps: number[] = [];
    const verified = await verifyBundle(bundle.path, {
      trustedKeys: [secretKey.publicKey],
      hashFile: true,
      onProgress: (done) => steps.push(done),
    });
    expect(verified.manifest).toEqual(bundle.manifest);
    expect(verified.fileSha256).toBe(bundle.sha256);
    expect(verified.key.keyId).toBe(secretKey.publicKey.keyId);
    expect(steps.at(-1)).toBe(bytes.length);
  });

  it('refuses every flipped bit, wherever it is', async () => {
    const lastBit = bytes.length * 8 - 1;
    const behindStub = fc.integer({ min: stubBytes * 8, max: lastBit });
    const inStub = fc.integer({ min: 0, max: stubBytes * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(fc.oneof({ arbitrary: behindStub, weight: 9 }, inStub), async (bit) => {
        expect((await refusal(flipped(bit))).exit).toBe(2);
      }),
      { numRuns: 600 },
    );
  }, 60_000);

  it('refuses a flipped bit in each header field, padding and closing block', async () => {
    for (let block = stubBytes; block < bytes.length; block += 512) {
      for (const offset of [0, 99, 107, 115, 123, 135, 147, 155, 156, 262, 264, 300, 330, 345, 499, 500, 511]) {
        expect((await refusal(flipped((block + offset) * 8))).exit).toBe(2);
      }
    }
  }, 60_000);

  it('refuses truncation at any length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        expect((await refusal(bytes.subarray(0, length))).exit).toBe(2);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('refuses appended bytes, zeros too', async () => {
    for (const tail of ['\0', 'x', '\0'.repeat(512), '\0'.repeat(10_240)]) {
      expect((await refusal(Buffer.concat([bytes, Buffer.from(tail)]))).code).toBe('BUNDLE_DAMAGED');
    }
  });

  it('refuses another stub in front, even a longer one that runs the same', async () => {
    const other = Buffer.from(bytes);
    other.write('#!/bin/sh\nexit 0\n');
    expect((await refusal(other)).message).toContain('the program that runs');
  });

  it('names the fingerprint of a key that is not trusted', async () => {
    const error = await refusal(bytes, [generateKeyPair().publicKey]);
    expect(error.code).toBe('SIGNATURE_KEY_UNTRUSTED');
    expect(error.message).toContain(secretKey.publicKey.fingerprint);
  });

  it('refuses an unsigned bundle', async () => {
    const start = bytes.indexOf(tarHead('oci-layout', 30), stubBytes);
    const signature = bytes.indexOf(Buffer.from(`${signaturePath}\0`), stubBytes);
    const unsigned = Buffer.concat([bytes.subarray(0, signature), bytes.subarray(start)]);
    expect((await refusal(unsigned)).code).toBe('SIGNATURE_MISSING');
  });

  it('refuses signed manifests that are not canonical, or do not add up', async () => {
    expect(
      (
        await refusal(
          withManifest((text) => text),
          [],
        )
      ).code,
    ).toBe('SIGNATURE_KEY_UNTRUSTED');
    const cases: [string, (text: string) => string, string][] = [
      ['white space', (text) => `${text} `, 'canonical'],
      ['an unknown member', (text) => text.replace('{', '{"a":1,'), 'bundle.json at'],
      ['another length', (text) => text.replace(/"length":(\d+)/, '"length":1$1'), 'bytes long instead of'],
      ['a moved member', (text) => text.replace('"offset":512', '"offset":513'), 'elsewhere'],
      ['a path outside', (text) => text.replace('"oci-layout"', '"../../etc/x"'), 'a path of an OCI image layout'],
      ['a prototype key', (text) => text.replace('{', '{"__proto__":{},'), 'bundle.json'],
      ['no JSON', () => 'hello', 'not JSON'],
    ];
    for (const [, change, reason] of cases) {
      const error = await refusal(withManifest(change));
      expect(error.exit).toBe(2);
      expect(error.message).toContain(reason);
    }
  });

  it('says when the format is newer than it knows', async () => {
    const error = await refusal(withManifest((text) => text.replace('"formatVersion":1', '"formatVersion":2')));
    expect(error.code).toBe('BUNDLE_NEWER');
  });

  it.skipIf(minisign.missing)(`agrees with minisign on the detached signature (${minisign.remedy})`, () => {
    const key = join(folder, 'vendor.pub');
    writeFileSync(key, formatPublicKey(secretKey.publicKey));
    const run = (path: string): string =>
      execFileSync(minisign.path, ['-Vm', path, '-x', bundle.signaturePath, '-p', key], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(run(bundle.path)).toContain('Signature and comment signature verified');
    writeFileSync(damagedCopy, flipped(bytes.length * 4));
    expect(() => run(damagedCopy)).toThrow(/verification failed/);
  });

  it('refuses other files by name', async () => {
    expect((await refusal(Buffer.from('hello'))).code).toBe('BUNDLE_UNKNOWN');
    expect((await refusal(Buffer.alloc(200_000))).code).toBe('BUNDLE_UNKNOWN');
    await expect(verifyBundle(folder, { trustedKeys: [] })).rejects.toThrow('not a regular file');
    await expect(verifyBundle(join(folder, 'none'), { trustedKeys: [] })).rejects.toThrow('there is no file');
  });
});
