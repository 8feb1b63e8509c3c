import { type FileHandle, open } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';

/** A bundle file opened for reading by offset. */
export interface BundleFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** In bytes, as the file system states it. */
  readonly length: number;
}

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, BUNDLE_UNKNOWN */
export async function openBundleFile(path: string): Promise<BundleFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
    }
    throw unreadable(path, error);
  }
  const found = await handle.stat();
  if (found.isFile()) return { path, handle, length: found.size };
  await handle.close();
  throw new SealiftError('BUNDLE_UNKNOWN', { values: { path, reason: 'it is not a regular file' } });
}

/**
 * Fills a buffer from the file.
 *
 * @throws BUNDLE_DAMAGED when the file ends before, FILE_UNREADABLE
 */
export async function readFully(file: BundleFile, buffer: Buffer, position: number): Promise<void> {
  let filled = 0;
  while (filled < buffer.length) {
    let bytesRead: number;
    try {
      ({ bytesRead } = await file.handle.read(buffer, filled, buffer.length - filled, position + filled));
    } catch (error) {
      throw unreadable(file.path, error);
    }
    if (bytesRead === 0) throw damaged(file.path, `it ends after ${position + filled} bytes, inside of its content`);
    filled += bytesRead;
  }
}

/** Reads a part of the file that is known to be small. */
export async function readPart(file: BundleFile, position: number, lengthBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(lengthBytes);
  await readFully(file, buffer, position);
  return buffer;
}

/** The error for a file that is not what its signature or its own rules say. */
export function damaged(path: string, reason: string): SealiftError {
  return new SealiftError('BUNDLE_DAMAGED', { values: { path, reason }, place: path });
}

function unreadable(path: string, error: unknown): SealiftError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SealiftError('FILE_UNREADABLE', { values: { path, reason }, place: path, cause: error });
}
