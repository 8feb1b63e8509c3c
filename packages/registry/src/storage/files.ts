import { open, readdir, stat, utimes } from 'node:fs/promises';
import { isMissing } from '@sealift/io/file-errors';
import { readBounded } from '@sealift/oci/verify-stream';

const recordLimitBytes = 8 * 1024 * 1024;

/** A small file's bytes, or undefined when there is none. */
export async function readRecord(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r');
    return await readBounded(file.createReadStream(), recordLimitBytes, path, path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** When a file was written, or undefined when there is none. */
export async function writtenAt(path: string): Promise<Date | undefined> {
  try {
    return (await stat(path)).mtime;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The names in a folder in code unit order, or undefined when there is no such folder. */
export async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Makes a file young, so that it is not cleaned up for a while; one that is not there stays so. */
export async function renew(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}
