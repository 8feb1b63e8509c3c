import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { removeFile } from '@sealift/io/durable-file';
import { fileWork, hasCode, isMissing, unwritable } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import { formatPublicKey, type PublicKey } from '../minisign/keys.ts';
import { createKeyFile, readPublicKeyFile } from './key-files.ts';
import { othersMayWrite } from './who-may-write.ts';

/** The process surroundings that decide which folders hold trusted keys. */
export interface TrustSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of this process; 0 is root, whose keys count for the whole machine. */
  readonly uid: number;
  /** Told of a place that others may write: without root that is all that can be done about it. */
  readonly warn: (failure: SealiftError) => void;
}

/** A trusted key, and the file that makes it one. */
export interface TrustedKeyFile {
  readonly key: PublicKey;
  readonly path: string;
}

const keySuffix = '.pub';
const maxKeys = 1000;

/** The folders that are read, the machine's before the person's. `SEALIFT_TRUSTED_KEYS` (a path list) replaces both. */
export function trustedKeyFolders(env: TrustSurroundings['env']): readonly string[] {
  const given = env['SEALIFT_TRUSTED_KEYS'];
  if (given !== undefined && given !== '') return given.split(delimiter).filter((folder) => folder !== '');
  const configuration = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
  return ['/etc/sealift/trusted-keys', join(configuration, 'sealift', 'trusted-keys')];
}

/**
 * Every key that the administrator trusts, once.
 *
 * @throws what `listTrustedKeys` throws
 */
export async function loadTrustedKeys(surroundings: TrustSurroundings): Promise<readonly PublicKey[]> {
  const files = await listTrustedKeys(surroundings);
  return [...new Map(files.map(({ key }) => [key.encoded, key])).values()];
}

/**
 * Every trusted key with its file. A file that cannot be read as a key is an error, not skipped: a key someone believes to be
 * trusted or withdrawn must not silently be neither. So is, for root, a place that others may write; without root it is told.
 *
 * @throws KEY_FILE_INVALID, KEY_PLACE_UNSAFE, FILE_UNREADABLE, INPUT_TOO_LARGE
 */
export async function listTrustedKeys(surroundings: TrustSurroundings): Promise<readonly TrustedKeyFile[]> {
  const found: TrustedKeyFile[] = [];
  for (const folder of trustedKeyFolders(surroundings.env)) found.push(...(await keysIn(folder, surroundings)));
  return found;
}

/** What `trustKey` did. */
export interface TrustedKeyAddition extends TrustedKeyFile {
  /** False when the key was trusted already. */
  readonly added: boolean;
}

/**
 * Trusts a key: for the machine when run by root, else for the person.
 *
 * @throws FILE_UNWRITABLE, and what `listTrustedKeys` throws
 */
export async function trustKey(key: PublicKey, surroundings: TrustSurroundings): Promise<TrustedKeyAddition> {
  const folders = trustedKeyFolders(surroundings.env);
  const folder = surroundings.uid === 0 ? folders[0] : folders.at(-1);
  if (folder === undefined) throw new SealiftError('FILE_UNWRITABLE', { values: { path: '', reason: 'no folder' } });
  const known = await keysIn(folder, surroundings);
  const path = join(folder, `${key.keyId}-${Buffer.from(key.encoded, 'base64').toString('hex', 10, 16)}${keySuffix}`);
  if (known.some((other) => other.key.encoded === key.encoded)) return { key, path, added: false };
  // Whatever the umask is, a folder that is made here is not one for others to write.
  await fileWork(folder, async () => makeFolder(folder, 0o755));
  await createKeyFile(path, formatPublicKey(key), 0o644);
  return { key, path, added: true };
}

/**
 * Trusts a key no longer: removes its files from every folder that is read.
 *
 * @param isMeant tells the key
 * @returns what was removed; nothing when no such key was trusted
 * @throws FILE_UNWRITABLE when one of them may not be removed, and what `listTrustedKeys` throws
 */
export async function untrustKey(
  isMeant: (key: PublicKey) => boolean,
  surroundings: TrustSurroundings,
): Promise<readonly TrustedKeyFile[]> {
  const files = (await listTrustedKeys(surroundings)).filter(({ key }) => isMeant(key));
  for (const { path } of files) {
    try {
      await removeFile(path);
    } catch (error) {
      const failure = unwritable(path, error);
      if (!hasCode(error, 'EACCES', 'EPERM')) throw failure;
      throw failure.withHint('Run it as root: this key is trusted for the whole machine.');
    }
  }
  return files;
}

async function keysIn(folder: string, surroundings: TrustSurroundings): Promise<TrustedKeyFile[]> {
  const names = await keyFileNames(folder);
  if (names.length > 0) await demandOwn(folder, surroundings);
  const found: TrustedKeyFile[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const key = await readPublicKeyFile(path);
    await demandOwn(path, surroundings);
    found.push({ key, path });
  }
  return found;
}

async function demandOwn(path: string, { uid, warn }: TrustSurroundings): Promise<void> {
  const failure = await othersMayWrite(path, uid);
  if (failure === undefined) return;
  if (uid === 0) throw failure;
  warn(failure);
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
    throw new SealiftError('FILE_UNREADABLE', { values: { path: folder, reason: reasonOf(error) }, cause: error });
  }
}
