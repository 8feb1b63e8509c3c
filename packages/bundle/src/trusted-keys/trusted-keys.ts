import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { createFile } from '@sealift/io/durable-file';
import { hasCode, isMissing } from '@sealift/io/file-errors';
import { formatPublicKey, type PublicKey, parsePublicKey } from '../minisign/keys.ts';

/** The process surroundings that decide which folders hold trusted keys. */
export interface TrustSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True for root, whose keys count for the whole machine. */
  readonly root: boolean;
}

const keySuffix = '.pub';
const maxKeyFileBytes = 4096;
const maxKeys = 1000;

/** The folders that are read, the machine's before the person's. `SEALIFT_TRUSTED_KEYS` (a path list) replaces both. */
export function trustedKeyFolders(env: TrustSurroundings['env']): readonly string[] {
  const given = env['SEALIFT_TRUSTED_KEYS'];
  if (given !== undefined && given !== '') return given.split(delimiter).filter((folder) => folder !== '');
  const configuration = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
  return ['/etc/sealift/trusted-keys', join(configuration, 'sealift', 'trusted-keys')];
}

/**
 * Every key that the administrator trusts. A file that cannot be read as a key is an error, not skipped: a key
 * someone believes to be trusted or withdrawn must not silently be neither.
 *
 * @throws KEY_FILE_INVALID, FILE_UNREADABLE
 */
export async function loadTrustedKeys(env: TrustSurroundings['env']): Promise<readonly PublicKey[]> {
  const keys = new Map<string, PublicKey>();
  for (const folder of trustedKeyFolders(env)) {
    for (const name of await keyFileNames(folder)) {
      const key = await readPublicKeyFile(join(folder, name));
      keys.set(key.encoded, key);
    }
  }
  return [...keys.values()];
}

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE, KEY_FILE_INVALID */
export async function readPublicKeyFile(path: string): Promise<PublicKey> {
  return parsePublicKey(await readKeyText(path), path);
}

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE */
export async function readKeyText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxKeyFileBytes) {
      throw new SealiftError('INPUT_TOO_LARGE', { values: { what: path, limitBytes: maxKeyFileBytes }, place: path });
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    if (hasCode(error, 'ENOENT')) throw new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: String(error) }, cause: error });
  }
}

/** What `trustKey` did. */
export interface TrustedKeyAddition {
  readonly key: PublicKey;
  readonly path: string;
  /** False when the key was trusted already. */
  readonly added: boolean;
}

/**
 * Trusts a key: for the machine when run by root, else for the person.
 *
 * @throws FILE_UNWRITABLE
 */
export async function trustKey(key: PublicKey, surroundings: TrustSurroundings): Promise<TrustedKeyAddition> {
  const folders = trustedKeyFolders(surroundings.env);
  const folder = surroundings.root ? folders[0] : folders.at(-1);
  if (folder === undefined) throw new SealiftError('FILE_UNWRITABLE', { values: { path: '', reason: 'no folder' } });
  const known = await loadTrustedKeys({ ...surroundings.env, SEALIFT_TRUSTED_KEYS: folder });
  const path = join(folder, `${key.keyId}-${Buffer.from(key.encoded, 'base64').toString('hex', 10, 16)}${keySuffix}`);
  if (known.some((other) => other.encoded === key.encoded)) return { key, path, added: false };
  await createKeyFile(path, formatPublicKey(key), 0o644);
  return { key, path, added: true };
}

/**
 * Writes the file of a key durably and never over another one.
 *
 * @throws KEY_EXISTS, FILE_UNWRITABLE
 */
export async function createKeyFile(path: string, content: string, mode: number): Promise<void> {
  if (!(await createFile(path, content, mode))) throw new SealiftError('KEY_EXISTS', { values: { path } });
}

async function keyFileNames(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith(keySuffix)).sort();
    if (names.length > maxKeys) {
      throw new SealiftError('FILE_UNREADABLE', { values: { path: folder, reason: `it holds over ${maxKeys} keys` } });
    }
    return names;
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    if (isMissing(error)) return [];
    throw new SealiftError('FILE_UNREADABLE', { values: { path: folder, reason: String(error) }, cause: error });
  }
}
