import { reasonOf, SealiftError } from '@sealift/core/errors';

/** Whether a call of the system failed with this code, such as `ENOENT` (errno(3)). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** Whether a file system call failed because the file or a folder above it does not exist. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR');
}

/**
 * Does work that writes, and says which path could not be written. Errors of the catalogue pass as they are.
 *
 * @throws FILE_UNWRITABLE, FILE_NO_ROOM
 */
export async function fileWork<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** A failure of the file system while writing, as people are told it. Errors of the catalogue stay what they are. */
export function unwritable(path: string, error: unknown): SealiftError {
  if (error instanceof SealiftError) return error;
  const code = hasCode(error, 'ENOSPC', 'EDQUOT') ? 'FILE_NO_ROOM' : 'FILE_UNWRITABLE';
  return new SealiftError(code, { values: { path, reason: reasonOf(error) }, place: path, cause: error });
}
