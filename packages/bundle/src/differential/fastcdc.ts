import { createHash } from 'node:crypto';
import type { ByteWindow } from './byte-window.ts';

/**
 * FastCDC (W. Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX ATC
 * 2016): cut points are chosen by a rolling hash of the last bytes, so content that moved is cut where it was cut before.
 * A strict mask before the normal size and a loose one behind it keep the sizes close together ("normalized chunking").
 */
export const minChunkBytes = 16 * 1024;
export const maxChunkBytes = 256 * 1024;
/** Where the loose mask takes over; with these masks the mean comes to 64 KiB. */
const normalChunkBytes = 52 * 1024;
/** The top bits depend on all of the last 32 bytes: 18 of them before the normal size, 14 behind it. */
const strictMask = 0xffff_c000 | 0;
const looseMask = 0xfffc_0000 | 0;

/** A number for each byte value: the first four bytes of the SHA-256 of `sealift gear <value>`, big-endian. */
const gear = Int32Array.from({ length: 256 }, (_, value) =>
  createHash('sha256').update(`sealift gear ${value}`).digest().readInt32BE(),
);

/** Length of the chunk that these bytes begin with. Unless they are the content's last, give at least `maxChunkBytes`. */
export function chunkLength(bytes: Uint8Array): number {
  const length = Math.min(bytes.length, maxChunkBytes);
  const normal = Math.min(normalChunkBytes, length);
  let hash = 0;
  let at = minChunkBytes;
  for (; at < normal; at += 1) {
    hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0;
    if ((hash & strictMask) === 0) return at + 1;
  }
  for (; at < length; at += 1) {
    hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0;
    if ((hash & looseMask) === 0) return at + 1;
  }
  return length;
}

/** Cuts what comes next, up to the position `end`, into content-defined chunks. */
export async function* contentDefinedSegments(
  window: ByteWindow,
  end: number,
): AsyncGenerator<{ readonly bytes: Buffer }, void, undefined> {
  while (window.position < end) {
    const next = await window.peek(Math.min(maxChunkBytes, end - window.position));
    if (next.length === 0) return;
    yield { bytes: window.take(chunkLength(next)) };
  }
}
