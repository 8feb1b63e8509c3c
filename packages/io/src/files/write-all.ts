import type { FileHandle } from 'node:fs/promises';

/**
 * Writes all of a chunk, as one write call may take only a part of it.
 *
 * @param position where in the file, in bytes; without it where the last write ended
 */
export async function writeAll(file: FileHandle, chunk: Uint8Array, position?: number): Promise<void> {
  let offset = 0;
  while (offset < chunk.byteLength) {
    const at = position === undefined ? null : position + offset;
    const { bytesWritten } = await file.write(chunk, offset, chunk.byteLength - offset, at);
    offset += bytesWritten;
  }
}
