import { open } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';

/** Reads a file whole, whatever size it says it has. @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE */
export async function readBounded(path: string, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    await using file = await open(path, 'r');
    for await (const part of file.createReadStream({ autoClose: false })) {
      const bytes = Buffer.from(part);
      length += bytes.length;
      if (length > limitBytes) throw new SealiftError('INPUT_TOO_LARGE', { values: { what: path, limitBytes } });
      parts.push(bytes);
    }
    return Buffer.concat(parts);
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    if (hasCode(error, 'ENOENT')) throw new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: reasonOf(error) }, cause: error });
  }
}
