import { reasonOf, SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';
import { FileTooLarge, readBounded } from '@sealift/io/read-file';

const limitBytes = 16_000_000;

/**
 * Reads a text whole, at most 16 MB of UTF-8; a byte order mark stays.
 *
 * @throws MERGE_INPUT_UNREADABLE, INPUT_TOO_LARGE
 */
export async function readText(path: string | undefined, option: string): Promise<string> {
  if (path === undefined) throw unreadable(option, 'the option is missing', option);
  const bytes = await readBytes(path, option);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(option, 'it is not UTF-8', path);
  }
}

async function readBytes(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readBounded(path, limitBytes);
  } catch (error) {
    if (error instanceof FileTooLarge) {
      throw new SealiftError('INPUT_TOO_LARGE', { place: path, values: { what: option, limitBytes } });
    }
    throw unreadable(option, readFailure(error), path);
  }
}

function unreadable(option: string, reason: string, place: string): SealiftError {
  return new SealiftError('MERGE_INPUT_UNREADABLE', { place, values: { what: option, reason } });
}

function readFailure(error: unknown): string {
  if (hasCode(error, 'ENOENT')) return 'there is no such file';
  if (hasCode(error, 'EACCES')) return 'it may not be read by this user';
  if (hasCode(error, 'EISDIR')) return 'it is a folder';
  return reasonOf(error);
}
