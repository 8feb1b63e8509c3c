import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { countHeld } from '@sealift/oci/young-garbage';

const params = { [constants.ZSTD_c_compressionLevel]: 9 };
/** The most that a patch may be longer than what it makes. */
export const patchSlackBytes = 1024;

/** Most patches are shorter, and Node.js holds the last piece of each. */
const patchChunkBytes = 1024;

/** What comes behind what is patched in the base is looked at too: content that grew moved what follows. */
const aheadBytes = 16 * 1024;

/** The stretch of the base's disk that a patch may refer to: from where the last step ended, in bytes. */
export function patchedStretch(expected: number, length: number, diskBytes: number): { start: number; end: number } {
  const start = Math.min(expected, diskBytes);
  return { start, end: Math.min(start + length + aheadBytes, diskBytes) };
}

/** A zstd frame (RFC 8878) that makes the content, with the base's stretch as its raw dictionary. */
export function makePatch(content: Uint8Array, stretch: Uint8Array): Buffer {
  return zstdCompressSync(content, { params, dictionary: stretch, chunkSize: patchChunkBytes });
}

/** What a patch makes, or undefined when it does not make just so much. */
export function applyPatch(patch: Uint8Array, stretch: Uint8Array, length: number): Buffer | undefined {
  try {
    // Made in one piece.
    const chunkSize = length + patchSlackBytes;
    countHeld(chunkSize);
    const content = zstdDecompressSync(patch, { dictionary: stretch, maxOutputLength: length, chunkSize });
    return content.length === length ? content : undefined;
  } catch {
    return undefined;
  }
}
