import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { reasonOf } from '@sealift/core/reason-of';
import { paddingOf } from '@sealift/io/tar-block';
import { closingBytes, tarHead } from '../format/tar.ts';

/** A file of a bundle, open for reading: the bundle itself, or one of the parts it was split into, in order. */
export interface OpenPart {
  readonly fd: number;
  /** In bytes. */
  readonly length: number;
}

/** Work on one stretch of a bundle, which a thread does from front to back. Positions are counted in bytes from the start of the bundle. */
export type CheckJob =
  /** Files of the tar, one behind the other: header, content and padding. */
  | {
      readonly kind: 'members';
      readonly start: number;
      readonly length: number;
      readonly members: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
    }
  /** The two blocks that end the tar. */
  | { readonly kind: 'closing'; readonly start: number; readonly length: typeof closingBytes }
  /** Only the SHA-256 of it. */
  | { readonly kind: 'hash'; readonly start: number; readonly length: number };

/** How a job ended. A member of the tar that is wrong is an outcome, not an exception: it crosses threads as plain data. */
export type CheckOutcome =
  | { readonly kind: 'whole' }
  | { readonly kind: 'hashed'; readonly sha256: string }
  | { readonly kind: 'damaged'; readonly reason: string; readonly position: number }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What a job reads at once. */
export const checkBufferBytes = 1024 * 1024;

/** Does a job, blocking its thread meanwhile. `onBytes` hears of every read. */
export function checkJob(
  job: CheckJob,
  parts: readonly OpenPart[],
  buffer: Buffer,
  onBytes: (count: number) => void,
): CheckOutcome {
  const reader = new StretchReader(parts, buffer, job, onBytes);
  try {
    if (job.kind === 'hash') return { kind: 'hashed', sha256: reader.sha256(job.length) };
    if (job.kind === 'closing') {
      reader.expect(Buffer.alloc(closingBytes), 'the end of the tar');
      return { kind: 'whole' };
    }
    for (const { path, size, sha256 } of job.members) {
      reader.expect(tarHead(path, size), `the header of ${path}`);
      const position = reader.position;
      if (reader.sha256(size) !== sha256) {
        throw new Damage(`${path} does not have the SHA-256 that bundle.json states`, position);
      }
      reader.expect(Buffer.alloc(paddingOf(size)), `the padding behind ${path}`);
    }
    return { kind: 'whole' };
  } catch (error) {
    if (error instanceof Damage) return { kind: 'damaged', reason: error.message, position: error.position };
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
}

class Damage extends Error {
  readonly position: number;

  constructor(reason: string, position: number) {
    super(reason);
    this.position = position;
  }
}

/** Reads one stretch front to back. */
class StretchReader {
  readonly #parts: readonly OpenPart[];
  readonly #buffer: Buffer;
  readonly #end: number;
  readonly #onBytes: (count: number) => void;
  #fetched: number;
  #current: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(
    parts: readonly OpenPart[],
    buffer: Buffer,
    { start, length }: { readonly start: number; readonly length: number },
    onBytes: (count: number) => void,
  ) {
    this.#parts = parts;
    this.#buffer = buffer;
    this.#fetched = start;
    this.#end = start + length;
    this.#onBytes = onBytes;
  }

  /** Of the next byte. */
  get position(): number {
    return this.#fetched - this.#current.length + this.#used;
  }

  sha256(lengthBytes: number): string {
    const hash = createHash('sha256');
    for (let left = lengthBytes; left > 0; ) {
      const chunk = this.#take(left);
      hash.update(chunk);
      left -= chunk.length;
    }
    return hash.digest('hex');
  }

  /** Demands that the next bytes are exactly these. */
  expect(expected: Buffer, what: string): void {
    const position = this.position;
    for (let compared = 0; compared < expected.length; ) {
      const chunk = this.#take(expected.length - compared);
      if (!chunk.equals(expected.subarray(compared, compared + chunk.length))) {
        throw new Damage(`${what} is not as it must be`, position);
      }
      compared += chunk.length;
    }
  }

  #take(atMost: number): Buffer {
    if (this.#used === this.#current.length) this.#fetch();
    const chunk = this.#current.subarray(this.#used, this.#used + atMost);
    this.#used += chunk.length;
    return chunk;
  }

  #fetch(): void {
    const wanted = Math.min(this.#buffer.length, this.#end - this.#fetched);
    const count = wanted === 0 ? 0 : readParts(this.#parts, this.#buffer.subarray(0, wanted), this.#fetched);
    if (count === 0) throw new Damage(`it ends after ${this.#fetched} bytes, inside of its content`, this.#fetched);
    this.#current = this.#buffer.subarray(0, count);
    this.#used = 0;
    this.#fetched += count;
    this.#onBytes(count);
  }
}

/** Reads from the part that holds a position; never across the end of a part. Gives 0 behind the last. */
function readParts(parts: readonly OpenPart[], buffer: Buffer, position: number): number {
  let start = 0;
  for (const { fd, length } of parts) {
    if (position < start + length) {
      return readSync(fd, buffer, 0, Math.min(buffer.length, start + length - position), position - start);
    }
    start += length;
  }
  return 0;
}
