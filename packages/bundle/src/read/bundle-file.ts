import { type FileHandle, open } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';

/** One file that a bundle is stored in. */
export interface BundlePart {
  readonly path: string;
  readonly handle: FileHandle;
  /** In bytes, as the file system states it. */
  readonly length: number;
  /** What its SHA-256 must be, in hex: known of the parts of a split bundle. */
  readonly sha256?: string;
}

/** A bundle opened for reading by offset: one file, or the parts it was split into, read as if they were one. */
export interface BundleFile {
  /** Of the bundle, or of its first part. */
  readonly path: string;
  /** Of the whole, in bytes. */
  readonly length: number;
  /** In order, never empty. */
  readonly parts: readonly BundlePart[];
  close(): Promise<void>;
}

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, BUNDLE_UNKNOWN */
export async function openBundleFile(path: string): Promise<BundleFile> {
  return joinParts([await openPart(path)]);
}

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, BUNDLE_UNKNOWN */
export async function openPart(path: string): Promise<BundlePart> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      throw new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
    }
    throw unreadable(path, error);
  }
  const found = await handle.stat();
  if (found.isFile()) return { path, handle, length: found.size };
  await handle.close();
  throw new SealiftError('BUNDLE_UNKNOWN', { values: { path, reason: 'it is not a regular file' } });
}

/** Open files as one bundle, which closes them. */
export function joinParts(parts: readonly [BundlePart, ...BundlePart[]]): BundleFile {
  return {
    path: parts[0].path,
    length: parts.reduce((sum, { length }) => sum + length, 0),
    parts,
    close: async () => {
      for (const { handle } of parts) await handle.close();
    },
  };
}

/**
 * Fills a buffer from the file.
 *
 * @throws BUNDLE_DAMAGED when the file ends before, FILE_UNREADABLE
 */
export async function readFully(file: BundleFile, buffer: Buffer, position: number): Promise<void> {
  let filled = 0;
  let start = 0;
  for (const part of file.parts) {
    // A part of a split bundle ends anywhere, also inside of what is asked for.
    while (filled < buffer.length && position + filled < start + part.length) {
      const wanted = Math.min(buffer.length - filled, start + part.length - position - filled);
      const count = await readOnce(part, buffer.subarray(filled, filled + wanted), position + filled - start);
      if (count === 0) throw endsInside(part.path, position + filled - start);
      filled += count;
    }
    start += part.length;
  }
  if (filled < buffer.length) throw endsInside(file.path, position + filled);
}

async function readOnce({ path, handle }: BundlePart, buffer: Buffer, position: number): Promise<number> {
  try {
    return (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
  } catch (error) {
    throw unreadable(path, error);
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
  const reason = reasonOf(error);
  return new SealiftError('FILE_UNREADABLE', { values: { path, reason }, place: path, cause: error });
}

function endsInside(path: string, position: number): SealiftError {
  return damaged(path, `it ends after ${position} bytes, inside of its content`);
}
