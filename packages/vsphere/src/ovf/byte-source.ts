import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';

/** Bytes that can be read from any offset, and again: a file, a part of a bundle, a download, an artifact of a registry. */
export interface ByteSource {
  /** A path or a URL without its query, for messages. */
  readonly place: string;
  /** Such as `u-2204-0-k-12610-0.ova`. */
  readonly fileName: string;
  /** In bytes; undefined where it is known only at the end. */
  readonly sizeBytes: number | undefined;
  /**
   * From an offset to the end. Leaving the loop closes what was opened. The memory of a chunk may be used again when
   * `chunksKept` more have been asked for: who keeps chunks longer copies them.
   */
  open(start: number, cancel?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Gives up connections that are kept between two openings. */
  close(): Promise<void>;
}

/** One is held back until its digest is known, two are on their way to the network. */
export const chunksKept = 4;
const chunkBytes = 1024 * 1024;

/** A regular file. @throws FILE_NOT_FOUND, FILE_UNREADABLE */
export async function fileSource(path: string): Promise<ByteSource> {
  const sizeBytes = await withFile(path, async (file) => {
    const stat = await file.stat();
    if (stat.isFile()) return stat.size;
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: 'it is not a regular file' } });
  });
  return {
    place: path,
    fileName: basename(path),
    sizeBytes,
    open: (start, cancel) => readFrom(path, start, cancel),
    close: () => Promise.resolve(),
  };
}

async function* readFrom(path: string, start: number, cancel: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  // In turn: a new one for each chunk costs more than reading it.
  const buffers = Array.from({ length: chunksKept + 1 }, () => Buffer.allocUnsafeSlow(chunkBytes));
  try {
    for (let position = start, turn = 0; ; turn = (turn + 1) % buffers.length) {
      if (cancel?.aborted === true) throw new SealiftError('CANCELLED', { place: path });
      const buffer = buffers[turn] ?? Buffer.allocUnsafeSlow(chunkBytes);
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw error instanceof SealiftError ? error : unreadable(path, error);
  } finally {
    await file.close();
  }
}

async function withFile<Result>(
  path: string,
  use: (file: Awaited<ReturnType<typeof open>>) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** The error for a file that cannot be opened or read. */
export function unreadable(path: string, error: unknown): SealiftError {
  if (hasCode(error, 'ENOENT')) {
    return new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
  }
  const reason = reasonOf(error);
  return new SealiftError('FILE_UNREADABLE', { values: { path, reason }, place: path, cause: error });
}
