import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSealiftError } from '@sealift/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Digest, digestOf } from './digest.ts';
import { readBounded, verified, verifiedReadable, verifyStream } from './verify-stream.ts';

const content = Buffer.from('a blob of some length');
const digest = digestOf(content);
const size = content.byteLength;

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return await readBounded(chunks, 1_000_000, 'test content');
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isSealiftError(error) ? error.code : String(error);
  }
}

describe('verified content', () => {
  it('passes the right bytes on, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 50 }), async (bytes, step) => {
        const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
          bytes.subarray(i * step, (i + 1) * step),
        );
        const read = await drain(verified(chunks, { digest: digestOf(bytes), size: bytes.length }));
        expect(read.equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  it('tells short, long and wrong apart', async () => {
    const wrong = Buffer.from(content);
    wrong[3] = 0;
    const cases = { CONTENT_SHORT: content.subarray(1), CONTENT_LONG: Buffer.concat([content, content]) };
    for (const [code, bytes] of Object.entries({ ...cases, CONTENT_DIGEST_MISMATCH: wrong })) {
      expect(await codeOf(drain(verified([bytes], { digest, size })))).toBe(code);
      expect(await codeOf(drain(verifiedReadable(Readable.from([bytes]), { digest, size })))).toBe(code);
      const throughTransform = pipeline(Readable.from([bytes]), verifyStream({ digest, size }), drain);
      expect(await codeOf(throughTransform)).toBe(code);
    }
  });

  it('takes not one byte more or less, and a digest only whole', async () => {
    for (const bytes of [content.subarray(0, -1), Buffer.concat([content, Buffer.from('x')])]) {
      const code = bytes.length < size ? 'CONTENT_SHORT' : 'CONTENT_LONG';
      expect(await codeOf(drain(verified([bytes], { digest, size })))).toBe(code);
    }
    for (const at of ['sha256:'.length, 'sha256:'.length + 8, digest.length - 1]) {
      const other = digest[at] === '0' ? '1' : '0';
      const near: Digest = `sha256:${`${digest.slice(0, at)}${other}${digest.slice(at + 1)}`.slice('sha256:'.length)}`;
      expect(await codeOf(drain(verified([content], { digest: near, size })))).toBe('CONTENT_DIGEST_MISMATCH');
    }
  });

  it('stops at the first byte too many instead of reading on', async () => {
    let given = 0;
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        given += 1;
        yield content;
      }
    }
    expect(await codeOf(drain(verified(endless(), { digest, size })))).toBe('CONTENT_LONG');
    expect(given).toBe(2);
  });

  it('demands the digest alone where no size is known', async () => {
    expect(await codeOf(drain(verified([content], { digest })))).toBe('none');
    expect(await codeOf(drain(verified([content.subarray(1)], { digest })))).toBe('CONTENT_DIGEST_MISMATCH');
  });

  it('ends the source when its reader goes away', async () => {
    for (const started of [true, false]) {
      const source = Readable.from([content, content]);
      const stream = verifiedReadable(source, { digest, size });
      if (started) stream.once('data', () => stream.destroy());
      else stream.destroy();
      await new Promise((resolve) => stream.once('close', resolve));
      expect(source.destroyed).toBe(true);
    }
  });
});

describe('reading into memory', () => {
  it('refuses more than the limit', async () => {
    expect(await codeOf(readBounded(Readable.from([content, content]), size, 'a manifest'))).toBe('INPUT_TOO_LARGE');
  });
});
