import { basename } from 'node:path';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { PublicKey } from '../minisign/keys.ts';
import { maxSignatureBytes, startPrehash, verify } from '../minisign/signature.ts';
import { type BundleFile, type BundlePart, damaged, joinParts, openPart } from '../read/bundle-file.ts';
import { maxPartsListBytes, parsePartsList, type PartsList, partsListPath, partSuffix } from './parts-list.ts';

/**
 * The parts of a bundle that was split, read as one file; nothing is copied. A file that is as long as its manifest says is whole by itself, whatever
 * lies beside it.
 *
 * @param first the file by whose name the bundle was opened
 * @param key who signed the bundle: only the same key may have signed the list of its parts
 * @throws BUNDLE_PART_MISSING, BUNDLE_PART_DAMAGED, BUNDLE_DAMAGED, SIGNATURE_*, FILE_UNREADABLE
 */
export async function joinSplit(
  first: BundleFile,
  manifest: { readonly length: number },
  key: PublicKey,
): Promise<BundleFile> {
  const { path } = first;
  const [head] = first.parts;
  if (first.length >= manifest.length || head === undefined) return first;
  const list = await readPartsList(path, [key]);
  if (list === undefined) {
    // Not a bundle that was cut short but one whose list was left behind: its second part says so.
    if (await isThere(`${path}${partSuffix(2)}`)) throw missing(path, [basename(partsListPath(path))]);
    return first;
  }
  if (list.length !== manifest.length) {
    throw damaged(partsListPath(path), 'it lists the parts of another bundle');
  }
  return await openAll(path, head, list);
}

async function openAll(path: string, head: BundlePart, list: PartsList): Promise<BundleFile> {
  const opened: BundlePart[] = [];
  const absent: string[] = [];
  try {
    for (const [index, { size, sha256 }] of list.parts.entries()) {
      const partPath = `${path}${partSuffix(index + 1)}`;
      const part = index === 0 ? head : await openUnlessMissing(partPath);
      if (part === undefined) absent.push(`${basename(partPath)} (${size} bytes, SHA-256 ${sha256})`);
      else opened.push({ ...part, sha256 });
    }
    if (absent.length > 0) throw missing(path, absent);
    const joined = joinParts([{ ...head, sha256: opened[0]?.sha256 ?? '' }, ...opened.slice(1)]);
    if (opened.some(({ length }, index) => length !== list.parts[index]?.size)) {
      throw (await damageOfParts(joined)) ?? damaged(path, 'its parts do not have the sizes that their list states');
    }
    return joined;
  } catch (error) {
    for (const { handle } of opened.slice(1)) await handle.close();
    throw error;
  }
}

/**
 * Hashes every part of a split bundle in which damage was found, to name those that have to be fetched again.
 *
 * @returns undefined when it was not split, or when all its parts are as they were written
 * @throws CANCELLED, FILE_UNREADABLE
 */
export async function damageOfParts(file: BundleFile, cancel?: AbortSignal): Promise<SealiftError | undefined> {
  if (file.parts.every(({ sha256 }) => sha256 === undefined)) return undefined;
  // Only here are threads needed, which take a while to load.
  const { runJobs } = await import('../read/check-threads.ts');
  const bad: string[] = [];
  for (const { path, handle, length, sha256 } of file.parts) {
    const [outcome] = await runJobs([{ kind: 'hash', start: 0, length }], [{ fd: handle.fd, length }], {
      onBytes: () => undefined,
      cancel,
    });
    const found = outcome?.kind === 'hashed' ? `SHA-256 ${outcome.sha256}` : 'unreadable';
    if (found !== `SHA-256 ${sha256}`) bad.push(`${basename(path)} (${found} instead of ${sha256}, ${length} bytes)`);
  }
  return bad.length === 0 ? undefined : damagedParts(file.path, bad);
}

/**
 * Where the beginning of a file cannot be made sense of: whether it is the damaged first part of a bundle that was split.
 *
 * @returns undefined when it is not, or when that cannot be known
 */
export async function damageOfFirstPart(
  file: BundleFile,
  error: unknown,
  trustedKeys: readonly PublicKey[],
): Promise<SealiftError | undefined> {
  if (!isSealiftError(error) || error.exit !== 2) return undefined;
  const [head] = file.parts;
  try {
    const wanted = (await readPartsList(file.path, trustedKeys))?.parts[0];
    if (head === undefined || wanted === undefined) return undefined;
    return await damageOfParts(joinParts([{ ...head, sha256: wanted.sha256 }]));
  } catch {
    // What is wrong with the list is of no interest: the error that there is stands.
    return undefined;
  }
}

async function readPartsList(path: string, trustedKeys: readonly PublicKey[]): Promise<PartsList | undefined> {
  const listPath = partsListPath(path);
  const text = await readSmall(listPath, maxPartsListBytes);
  if (text === undefined) return undefined;
  const signature = await readSmall(`${listPath}.minisig`, maxSignatureBytes);
  if (signature === undefined) {
    throw new SealiftError('SIGNATURE_MISSING', { values: { what: listPath }, place: listPath });
  }
  verify({
    signature: signature.toString('latin1'),
    prehash: startPrehash().update(text),
    trustedKeys,
    what: listPath,
  });
  return parsePartsList(text.toString('utf8'), listPath);
}

async function readSmall(path: string, maxBytes: number): Promise<Buffer | undefined> {
  const part = await openUnlessMissing(path);
  if (part === undefined) return undefined;
  try {
    if (part.length > maxBytes) {
      throw new SealiftError('INPUT_TOO_LARGE', { values: { what: path, limitBytes: maxBytes }, place: path });
    }
    return (await part.handle.readFile()).subarray(0, maxBytes);
  } finally {
    await part.handle.close();
  }
}

async function openUnlessMissing(path: string): Promise<BundlePart | undefined> {
  try {
    return await openPart(path);
  } catch (error) {
    if (isSealiftError(error, 'FILE_NOT_FOUND')) return undefined;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  const part = await openUnlessMissing(path);
  await part?.handle.close();
  return part !== undefined;
}

const maxNamed = 20;

function missing(path: string, names: readonly string[]): SealiftError {
  return new SealiftError('BUNDLE_PART_MISSING', { values: { path, parts: named(names) }, place: path });
}

function damagedParts(path: string, names: readonly string[]): SealiftError {
  return new SealiftError('BUNDLE_PART_DAMAGED', { values: { path, parts: named(names) }, place: path });
}

function named(names: readonly string[]): string {
  const more = names.length > maxNamed ? `; and ${names.length - maxNamed} more` : '';
  return `${names.slice(0, maxNamed).join('; ')}${more}`;
}
