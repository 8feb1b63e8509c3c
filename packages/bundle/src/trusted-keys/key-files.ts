import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { createFile } from '@sealift/io/durable-file';
import { hasCode } from '@sealift/io/file-errors';
import { type PublicKey, parsePublicKey } from '../minisign/keys.ts';

const maxKeyFileBytes = 4096;

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE, KEY_FILE_INVALID */
export async function readPublicKeyFile(path: string): Promise<PublicKey> {
  return parsePublicKey(await readKeyText(path), path);
}

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE also for what is no regular file, INPUT_TOO_LARGE */
export async function readKeyText(path: string): Promise<string> {
  try {
    // Not to wait for whoever might write into a pipe of that name.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readRegular(file, await file.stat(), path);
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    if (hasCode(error, 'ENOENT')) throw new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: reasonOf(error) }, cause: error });
  }
}

async function readRegular(file: FileHandle, found: Stats, path: string): Promise<string> {
  if (!found.isFile()) {
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: 'it is not a regular file' }, place: path });
  }
  if (found.size > maxKeyFileBytes) {
    throw new SealiftError('INPUT_TOO_LARGE', { values: { what: path, limitBytes: maxKeyFileBytes }, place: path });
  }
  return await file.readFile('utf8');
}

/**
 * Writes the file of a key durably and never over another one.
 *
 * @throws KEY_EXISTS, FILE_UNWRITABLE
 */
export async function createKeyFile(path: string, content: string, mode: number): Promise<void> {
  if (!(await createFile(path, content, mode))) throw new SealiftError('KEY_EXISTS', { values: { path } });
}
