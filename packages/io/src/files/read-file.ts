import { open } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { hasCode } from './file-errors.ts';

/** A file has more bytes than anything that its reader would use. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';

  constructor(path: string, limitBytes: number) {
    super(`${path} is larger than ${limitBytes} bytes`);
  }
}

/** Reads a file to its end, whatever size it says it has: it may be a pipe, or grow. @throws FileTooLarge, the system's error */
export async function readBounded(path: string, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  await using file = await open(path, 'r');
  for await (const part of file.createReadStream({ autoClose: false })) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > limitBytes) throw new FileTooLarge(path, limitBytes);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/**
 * Reads a file that somebody named.
 *
 * @param place where it was named, such as an option; else the file itself
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE
 */
export async function readNamedFile(path: string, limitBytes: number, place = path): Promise<Buffer> {
  try {
    return await readBounded(path, limitBytes);
  } catch (error) {
    if (error instanceof FileTooLarge) {
      throw new SealiftError('INPUT_TOO_LARGE', { values: { what: path, limitBytes }, place });
    }
    if (hasCode(error, 'ENOENT')) throw new SealiftError('FILE_NOT_FOUND', { values: { path }, place, cause: error });
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: reasonOf(error) }, place, cause: error });
  }
}
