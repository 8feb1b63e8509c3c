import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import { PendingFiles } from '@sealift/io/pending-files';
import { readBounded } from '@sealift/io/read-file';
import type { PublicKey, SecretKey } from '../minisign/keys.ts';
import { maxSignatureBytes, sign, startPrehash } from '../minisign/signature.ts';
import { openBundle } from '../read/open-bundle.ts';
import { verifyOpenBundle } from '../read/verify-bundle.ts';
import { bundleFilesOf } from './bundle-files.ts';
import { hashRanges } from './hash-ranges.ts';
import {
  descriptionsFolder,
  formatDescription,
  formatIndex,
  indexName,
  maxDescriptionBytes,
  maxIndexBytes,
  parseIndex,
  type PublishedBundle,
  type PublishedFile,
  publishedRangeBytes,
} from './index-format.ts';

export interface PublishOptions {
  readonly folder: string;
  readonly secretKey: SecretKey;
  /** Who may have signed the bundles, besides the key that signs the index. */
  readonly trustedKeys: readonly PublicKey[];
  /** Check everything, write nothing. */
  readonly dryRun?: boolean;
  /** Seconds since 1970. */
  readonly now: number;
  readonly onProgress?: (name: string, doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal;
  /** How large the ranges are, in bytes. */
  readonly rangeBytes?: number;
}

/** What a publication did, or with a dry run would have done. */
export interface Published {
  readonly index: string;
  readonly serial: number;
  /** False where the folder had been published just so before. */
  readonly changed: boolean;
  readonly bundles: readonly PublishedBundle[];
  /** Names in the folder that are of no bundle. */
  readonly others: readonly string[];
}

/** A bundle as it was found, with the text of its description. */
interface Described {
  readonly bundle: PublishedBundle;
  readonly text: string;
}

/**
 * Makes a folder of bundles one that can be downloaded from, by any server that gives out files: checks every bundle in full and writes
 * the signed index with the digests of their ranges. Descriptions are written first, under names that nothing refers to yet, the index last.
 *
 * @throws PUBLISH_*, BUNDLE_*, SIGNATURE_*, FILE_*, CANCELLED; the index is then as it was
 */
export async function publishFolder(options: PublishOptions): Promise<Published> {
  const { folder, secretKey, dryRun = false, now } = options;
  const { bundles: found, others } = await bundleFilesOf(folder);
  const before = await readPrevious(folder);
  const described: Described[] = [];
  for (const names of found) described.push(await describe(names, options));
  const bundles = described.map(({ bundle }) => bundle);
  const index = join(folder, indexName);
  if (before !== undefined && isSame(before, bundles, secretKey)) {
    // A description that somebody removed would be missed by who downloads.
    if (!dryRun) await writeDescriptions(folder, described);
    return { index, serial: before.serial, changed: false, bundles, others };
  }
  const serial = Math.max((before?.serial ?? 0) + 1, now);
  if (!dryRun) {
    await writeDescriptions(folder, described);
    await swapIndex(index, formatIndex(serial, bundles), secretKey, bundles.length);
    await removeForgotten(folder, [...bundles, ...(before?.bundles ?? [])]);
  }
  return { index, serial, changed: true, bundles, others };
}

async function describe(names: readonly [string, ...string[]], options: PublishOptions): Promise<Described> {
  const { folder, secretKey, trustedKeys, onProgress, cancel, rangeBytes = publishedRangeBytes } = options;
  const [name] = names;
  await using bundle = await openBundle(join(folder, name), { trustedKeys: [secretKey.publicKey, ...trustedKeys] });
  const { kind, product, version, differential, length } = bundle.manifest;
  const { parts } = bundle.file;
  const checked = await verifyOpenBundle(bundle, {
    hashFile: parts.length === 1,
    // Checking is the first half of the work, hashing the other one.
    onProgress: (done, total) => onProgress?.(name, done, 2 * total),
    ...(cancel === undefined ? {} : { cancel }),
  });
  let hashed = 0;
  const onBytes = (count: number): void => {
    hashed += count;
    onProgress?.(name, Math.min(length + hashed, 2 * length), 2 * length);
  };
  const files: PublishedFile[] = [];
  // Parts of an older split under the same name are no part of a bundle that is one file.
  const own = parts.length > 1 ? names : names.filter((each) => !/\.part/.test(each.slice(name.length)));
  for (const each of own) {
    files.push({ name: each, ...(await hashRanges(join(folder, each), rangeBytes, { onBytes, cancel })) });
  }
  // What is hashed for others must be what was checked: the file may have been replaced between the two.
  const verified = parts.length === 1 ? [checked.fileSha256] : parts.map((part) => part.sha256);
  const stranger = parts.find(
    ({ path }, at) => files.find((file) => join(folder, file.name) === path)?.sha256 !== verified[at],
  );
  if (stranger !== undefined) {
    throw new SealiftError('BUNDLE_INPUT_CHANGED', { values: { path: stranger.path }, place: stranger.path });
  }
  const text = formatDescription({ rangeBytes, files, ...(differential && { needs: differential.needs }) });
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > maxDescriptionBytes) {
    throw new SealiftError('PUBLISH_NAME_REFUSED', {
      values: { name, reason: `its description takes more than ${maxDescriptionBytes} bytes` },
      place: join(folder, name),
      hint: 'Split the bundle less finely, or leave it out.',
    });
  }
  return {
    text,
    bundle: {
      name,
      kind,
      product,
      version,
      sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      ...(differential === undefined ? {} : { base: differential.base }),
      description: { sha256: createHash('sha256').update(text).digest('hex'), sizeBytes },
    },
  };
}

/** An index that was published earlier. It is not believed, only counted on from: everything in the new one is found anew. */
interface Previous {
  readonly serial: number;
  readonly bundles: readonly PublishedBundle[];
  readonly signature: string | undefined;
}

async function readPrevious(folder: string): Promise<Previous | undefined> {
  const path = join(folder, indexName);
  const text = await readIfThere(path, maxIndexBytes);
  if (text === undefined) return undefined;
  const index = parseIndex(text);
  if (typeof index === 'string') {
    throw new SealiftError('PUBLISH_INDEX_FOREIGN', { values: { path, reason: index }, place: path });
  }
  const signature = await readIfThere(`${path}.minisig`, maxSignatureBytes);
  return { serial: index.serial, bundles: index.bundles, signature };
}

function isSame(before: Previous, bundles: readonly PublishedBundle[], secretKey: SecretKey): boolean {
  const text = formatIndex(before.serial, bundles);
  return (
    text === formatIndex(before.serial, before.bundles) &&
    before.signature === signatureOf(text, before.serial, bundles.length, secretKey)
  );
}

function signatureOf(text: string, serial: number, count: number, secretKey: SecretKey): string {
  return sign(secretKey, startPrehash().update(text), `releases index with serial ${serial}, ${count} bundles`);
}

async function writeDescriptions(folder: string, described: readonly Described[]): Promise<void> {
  for (const { text, bundle } of described) {
    const path = join(folder, descriptionsFolder, `${bundle.description.sha256}.json`);
    if ((await readIfThere(path, maxDescriptionBytes)) !== text) await writeFileAtomically(path, text);
  }
}

/** Two renames, one behind the other: who reads between them finds a signature that does not fit, and reads both again. */
async function swapIndex(path: string, text: string, secretKey: SecretKey, count: number): Promise<void> {
  const index = parseIndex(text);
  // What nobody could read must not be put in the place of what can be.
  if (typeof index === 'string' || Buffer.byteLength(text) > maxIndexBytes) {
    const reason = typeof index === 'string' ? index : 'it is too large';
    throw new SealiftError('INTERNAL', { values: { reason: `the index is none: ${reason}` } });
  }
  const files = await PendingFiles.begin(path);
  try {
    await files.put('', text);
    await files.put('.minisig', signatureOf(text, index.serial, count, secretKey));
    await files.publish();
  } catch (error) {
    await files.discard();
    throw error;
  }
}

/** Removes descriptions that neither this index nor the one before names: somebody may be reading the one before. */
async function removeForgotten(folder: string, bundles: readonly PublishedBundle[]): Promise<void> {
  const kept = new Set(bundles.map(({ description }) => `${description.sha256}.json`));
  const place = join(folder, descriptionsFolder);
  const names = (await readdir(place)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name) && !kept.has(name));
  for (const name of names) await rm(join(place, name), { force: true });
}

async function readIfThere(path: string, limitBytes: number): Promise<string | undefined> {
  try {
    return (await readBounded(path, limitBytes)).toString('utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new SealiftError('PUBLISH_INDEX_FOREIGN', {
      values: { path, reason: error instanceof Error ? error.message : String(error) },
      place: path,
      cause: error,
    });
  }
}
