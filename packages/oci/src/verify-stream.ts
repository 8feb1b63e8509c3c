import { createHash, type Hash } from 'node:crypto';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { Digest } from './digest.ts';
import { countPassed } from './young-garbage.ts';

/** What content has to turn out to be. */
export interface ExpectedContent {
  readonly digest: Digest;
  /** In bytes; without it only the digest is demanded. */
  readonly size?: number | undefined;
  /** Where the content comes from, for the error: a file, a URL. */
  readonly place?: string | undefined;
}

/**
 * Counts and hashes chunks and demands the true end. Short, long and wrong are three different errors, because they have
 * different causes: a cut line, something appended, damage or exchange.
 */
export class ContentCheck {
  readonly #expected: ExpectedContent;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;

  constructor(expected: ExpectedContent) {
    this.#expected = expected;
  }

  /** @throws CONTENT_LONG as soon as there is more than announced. */
  update(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    const { size, digest } = this.#expected;
    if (size !== undefined && this.#bytes > size) {
      throw new SealiftError('CONTENT_LONG', { values: { digest, expectedBytes: size }, ...this.#place });
    }
    this.#hash.update(chunk);
    countPassed(chunk.byteLength);
  }

  /** @throws CONTENT_SHORT, CONTENT_DIGEST_MISMATCH */
  end(): void {
    const { size, digest } = this.#expected;
    if (size !== undefined && this.#bytes < size) {
      const values = { digest, actualBytes: this.#bytes, expectedBytes: size };
      throw new SealiftError('CONTENT_SHORT', { values, ...this.#place });
    }
    const actual: Digest = `sha256:${this.#hash.digest('hex')}`;
    if (actual === digest) return;
    throw new SealiftError('CONTENT_DIGEST_MISMATCH', { values: { expected: digest, actual }, ...this.#place });
  }

  get #place(): { readonly place?: string } {
    const { place } = this.#expected;
    return place === undefined ? {} : { place };
  }
}

/**
 * A pass-through stream that fails before its end unless the bytes are those expected.
 *
 * @throws CONTENT_SHORT, CONTENT_LONG, CONTENT_DIGEST_MISMATCH, as the stream's error
 */
export function verifyStream(expected: ExpectedContent): Transform {
  const check = new ContentCheck(expected);
  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback): void {
      attempt(callback, () => {
        check.update(chunk);
        return chunk;
      });
    },
    flush(callback: TransformCallback): void {
      attempt(callback, () => check.end());
    },
  });
}

function attempt(callback: TransformCallback, action: () => Buffer | void): void {
  try {
    const result = action();
    if (result === undefined) callback();
    else callback(null, result);
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The same check over any sequence of chunks; ends normally only after the right bytes. */
export async function* verified(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expected: ExpectedContent,
): AsyncGenerator<Uint8Array, void, undefined> {
  const check = new ContentCheck(expected);
  for await (const chunk of chunks) {
    check.update(chunk);
    yield chunk;
  }
  check.end();
}

/** A readable stream of checked bytes over a stream or a sequence of chunks; ends the source when it is destroyed. */
export function verifiedReadable(
  chunks: AsyncIterable<Uint8Array>,
  expected: ExpectedContent,
  source: Readable | undefined = chunks instanceof Readable ? chunks : undefined,
): Readable {
  return readableOver(verified(chunks, expected), source);
}

/**
 * A readable stream over a generator that reads from a source. A generator that was never started runs no `finally`, so
 * the source is ended here when the stream closes: a reader that goes away at once leaves no file or connection open.
 */
export function readableOver(chunks: AsyncIterable<Uint8Array>, source: Readable | undefined): Readable {
  const stream = Readable.from(chunks, { objectMode: false });
  if (source !== undefined) stream.once('close', () => source.destroy());
  return stream;
}

/**
 * Reads a whole checked blob into memory.
 *
 * @throws INPUT_TOO_LARGE beyond `limitBytes`, before more is held
 */
export async function readBounded(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
  what: string,
  place?: string,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.byteLength;
    if (total > limitBytes) {
      throw new SealiftError('INPUT_TOO_LARGE', {
        values: { what, limitBytes },
        ...(place === undefined ? {} : { place }),
      });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts, total);
}
