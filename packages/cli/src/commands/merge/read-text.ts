import { open } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';

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
    await using file = await open(path, 'r');
    const bytes = new Uint8Array(limitBytes + 1);
    let length = 0;
    // Read to the end, not to a size given beforehand: the path may be a pipe or a file that grows.
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) return bytes.subarray(0, length);
      length += bytesRead;
    }
  } catch (error) {
    throw unreadable(option, readFailure(error), path);
  }
  throw new SealiftError('INPUT_TOO_LARGE', { place: path, values: { what: option, limitBytes } });
}

function unreadable(option: string, reason: string, place: string): SealiftError {
  return new SealiftError('MERGE_INPUT_UNREADABLE', { place, values: { what: option, reason } });
}

function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'it may not be read by this user';
  if (code === 'EISDIR') return 'it is a folder';
  return reasonOf(error);
}
