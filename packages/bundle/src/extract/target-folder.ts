import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { hasCode, isMissing, unwritable } from '@sealift/io/file-errors';
import { isUnfinished, removeUnfinished } from '@sealift/io/unfinished';
import { type BundleManifest, manifestPath, signaturePath } from '../format/manifest.ts';

/** What a folder may hold when a bundle is extracted to it. */
export type FolderState = 'missing' | 'empty' | 'same-bundle';

const blobName = /^[0-9a-f]{64}$/;

/** The folder that a bundle is extracted to when none is named, in the folder one is in. */
export function defaultFolder({ kind, product, version }: BundleManifest): string {
  return kind === 'release' ? `airgap-v${version}` : `${product.replaceAll(' ', '-')}-${version}`;
}

/**
 * Looks at the folder that a bundle is to be extracted to, and changes nothing. It may be missing, empty, or hold what the
 * same bundle was extracted to, whole or in part; then only `bundle.json` and the bundle's own files are there.
 *
 * @param manifestText the text of `bundle.json`, which tells one bundle from another
 * @throws EXTRACT_FOLDER_FOREIGN, FILE_UNWRITABLE
 */
export async function stateOf(folder: string, manifestText: string): Promise<FolderState> {
  const names = await namesIn(folder);
  if (names === undefined) return 'missing';
  const kept = names.filter((name) => !isUnfinished(name));
  if (kept.length === 0) return 'empty';
  if (!kept.includes(manifestPath)) throw foreign(folder, `it holds ${JSON.stringify(kept[0])}`);
  const path = join(folder, manifestPath);
  const found = await lstat(path);
  const isSame = found.isFile() && found.size === Buffer.byteLength(manifestText);
  if (!isSame || (await readFile(path, 'utf8')) !== manifestText) {
    throw foreign(folder, 'another bundle was extracted there');
  }
  const expected = [manifestPath, signaturePath, 'oci-layout', 'index.json', 'blobs'];
  refuseStrangers(folder, kept, (name) => expected.includes(name));
  const blobs = await namesInOwn(folder, join(folder, 'blobs'));
  refuseStrangers(folder, blobs, (name) => name === 'sha256' || isUnfinished(name));
  const hashes = await namesInOwn(folder, join(folder, 'blobs', 'sha256'));
  refuseStrangers(folder, hashes, (name) => blobName.test(name));
  return 'same-bundle';
}

/** Removes what an extraction that was killed had begun to write. */
export async function removeHalfWritten(folder: string): Promise<void> {
  for (const place of [folder, join(folder, 'blobs')]) await removeUnfinished(place, 0);
}

/** The names in a folder, or undefined when nothing is there. */
async function namesIn(path: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error) && (await kindOf(path)) === undefined) return undefined;
    throw unwritable(path, error);
  }
}

/** The same of a folder that an extraction made itself: a link in its place is not followed. */
async function namesInOwn(folder: string, path: string): Promise<readonly string[]> {
  const kind = await kindOf(path);
  if (kind === undefined) return [];
  if (kind !== 'folder') throw foreign(folder, `${path} is not a folder`);
  return (await namesIn(path)) ?? [];
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    return 'other';
  }
}

function refuseStrangers(folder: string, names: readonly string[], isOurs: (name: string) => boolean): void {
  const stranger = names.find((name) => !isOurs(name));
  if (stranger !== undefined) throw foreign(folder, `it holds ${JSON.stringify(stranger)}`);
}

function foreign(path: string, reason: string): SealiftError {
  return new SealiftError('EXTRACT_FOLDER_FOREIGN', { values: { path, reason }, place: path });
}
