import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { type Digest, parseDigest } from './digest.ts';
import { ContentCheck } from './verify-stream.ts';

/** What a blob turned out to be. */
export interface WrittenBlob {
  readonly digest: Digest;
  readonly size: number;
}

/** A blob's place below a folder of an OCI image layout (image-layout.md): only ever derived from a checked digest. */
export function blobPath(folder: string, digest: Digest): string {
  return join(folder, 'blobs', 'sha256', parseDigest(digest).slice('sha256:'.length));
}

/**
 * Writes a blob into `<folder>/blobs/sha256/`, hashing while it streams. The file appears under its name only when it is
 * whole, right and on the disk; a failure leaves nothing.
 *
 * @throws CONTENT_SHORT, CONTENT_LONG, CONTENT_DIGEST_MISMATCH when it is not what was expected; FILE_UNWRITABLE
 */
export async function writeBlobFile(
  folder: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expected: { readonly digest?: Digest | undefined; readonly size?: number | undefined } = {},
): Promise<WrittenBlob> {
  const blobs = join(folder, 'blobs', 'sha256');
  const temporary = join(folder, 'blobs', `.incoming-${randomUUID()}`);
  await fileWork(blobs, () => mkdir(blobs, { recursive: true }));
  const file = await fileWork(temporary, () => open(temporary, 'wx', 0o644));
  try {
    const written = await drain(file, chunks, expected, temporary);
    const path = blobPath(folder, written.digest);
    await fileWork(path, () => rename(temporary, path));
    await syncFolder(blobs);
    return written;
  } catch (error) {
    // Why the write failed is what the caller must hear, not that there was nothing to remove.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function drain(
  file: FileHandle,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expected: { readonly digest?: Digest | undefined; readonly size?: number | undefined },
  place: string,
): Promise<WrittenBlob> {
  try {
    const { digest } = expected;
    const check = digest === undefined ? undefined : new ContentCheck({ digest, size: expected.size });
    const hash = check === undefined ? createHash('sha256') : undefined;
    let size = 0;
    for await (const chunk of chunks) {
      check?.update(chunk);
      hash?.update(chunk);
      size += chunk.byteLength;
      await fileWork(place, () => writeAll(file, chunk));
    }
    check?.end();
    await fileWork(place, () => file.sync());
    return { digest: digest ?? `sha256:${hash?.digest('hex') ?? ''}`, size };
  } finally {
    await file.close();
  }
}

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

/** Replaces a small file in one step: temporary file beside it, fsync, rename, fsync of the folder. */
export async function writeFileAtomically(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.incoming-${randomUUID()}`);
  try {
    await fileWork(path, async () => {
      await mkdir(folder, { recursive: true });
      const file = await open(temporary, 'wx', mode);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    });
  } catch (error) {
    // Why the write failed is what the caller must hear, not that there was nothing to remove.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

/** Makes a rename inside the folder survive power loss. */
export async function syncFolder(folder: string): Promise<void> {
  await fileWork(folder, async () => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** The size of a regular file in bytes, or undefined when there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether a file system call failed because the file or a folder above it does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

async function fileWork<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    const reason = reasonOf(error);
    throw new SealiftError('FILE_UNWRITABLE', { values: { path, reason }, place: path, cause: error });
  }
}
