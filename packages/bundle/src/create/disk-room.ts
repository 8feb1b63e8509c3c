import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { hasCode, unwritable } from '@sealift/io/file-errors';
import { maxParts } from '../split/parts-list.ts';
import type { LaidOutBundle } from './lay-out.ts';

/** Where something is written, and how much in all. */
export interface WritePlace {
  readonly path: string;
  readonly neededBytes: number;
}

/**
 * Demands that the folder has room, before hours go into filling it. What is there under the name counts as used: it stays until the
 * new one is whole.
 *
 * @throws BUNDLE_NO_ROOM
 */
export async function demandRoom(place: WritePlace): Promise<void> {
  const freeBytes = await freeBytesOf(place.path);
  if (freeBytes !== undefined && freeBytes < place.neededBytes) throw noRoom(place, freeBytes);
}

/**
 * Demands that the parts can be run and held open: the shell stub reads the executables out of the first part.
 *
 * @throws BUNDLE_SPLIT_TOO_SMALL
 */
export function demandSplittable({ manifest, executablesEnd }: LaidOutBundle, partBytes: number): void {
  const minimumBytes = Math.max(executablesEnd, Math.ceil(manifest.length / maxParts));
  if (partBytes >= minimumBytes) return;
  throw new SealiftError('BUNDLE_SPLIT_TOO_SMALL', { values: { partBytes, minimumBytes }, place: '--split' });
}

/** Does work on a file, and says what stopped it. */
export async function fileWork<Result>(place: WritePlace, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    const { path, neededBytes } = place;
    if (hasCode(error, 'ENOSPC', 'EDQUOT')) throw noRoom(place, (await freeBytesOf(path)) ?? 0, error);
    if (hasCode(error, 'EFBIG')) {
      throw new SealiftError('BUNDLE_FILE_TOO_LARGE', { values: { path, neededBytes }, place: path, cause: error });
    }
    throw unwritable(path, error);
  }
}

/** What this user may still fill; undefined where the file system does not say. */
async function freeBytesOf(path: string): Promise<number | undefined> {
  return await statfs(dirname(path)).then(
    ({ bavail, bfree, bsize }) => (process.getuid?.() === 0 ? bfree : bavail) * bsize,
    () => undefined,
  );
}

function noRoom({ path, neededBytes }: WritePlace, freeBytes: number, cause?: unknown): SealiftError {
  return new SealiftError('BUNDLE_NO_ROOM', {
    values: { path, folder: dirname(path), neededBytes, freeBytes },
    place: path,
    cause,
  });
}
