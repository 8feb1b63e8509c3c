import { basename, dirname, join, resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { fileSize } from '@sealift/io/file-size';
import { hashRanges } from '../published/hash-ranges.ts';
import type { BundleDescription, PublishedFile } from '../published/index-format.ts';
import { openBundle } from '../read/open-bundle.ts';
import type { Downloaded, DownloadOptions } from './downloaded.ts';
import { fetchFile } from './fetch-file.ts';
import { looksOf } from './looks.ts';
import { type LookOptions, PartialFile } from './partial-file.ts';
import { WorkFolder } from './work-folder.ts';

export interface DownloadPublishedOptions extends DownloadOptions {
  /** The folder that its files are in; ends with a slash. */
  readonly base: URL;
  readonly description: BundleDescription;
  /** Where the file that is run goes; the others get their names after it. */
  readonly output: string;
}

/**
 * Downloads a bundle of a published folder: each range by its signed digest. What an earlier run fetched is not fetched again, and a bundle
 * that is here already is only looked at.
 *
 * @throws DOWNLOAD_*, SIGNATURE_*, BUNDLE_*, FILE_*, CANCELLED; what has come is kept for the next run
 */
export async function downloadPublished(options: DownloadPublishedOptions): Promise<Downloaded> {
  const { description, output, trustedKeys } = options;
  const { files } = description;
  const nameOf = namesAfter(output, files);
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const folder = dirname(resolve(output));
  const absent: PublishedFile[] = [];
  const looks = looksOf(options, total);
  for (const file of files) {
    if (!(await isHere(join(folder, nameOf(file)), file, description.rangeBytes, looks))) absent.push(file);
  }
  const result = { files: files.map((file) => join(dirname(output), nameOf(file))), sizeBytes: total };
  if (absent.length === 0) {
    return { ...result, ...(await signerOf(output, trustedKeys)), fetchedBytes: 0, keptBytes: 0, alreadyHere: true };
  }
  using work = WorkFolder.open(output);
  const amounts = { fetchedBytes: 0, keptBytes: total - absent.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  for (const file of absent)
    await fetchOne(file, join(work.path, nameOf(file)), options, { ...amounts, total }, amounts);
  // Who signed it is looked at before it has its name, where all of it is at hand.
  if (absent.length === files.length) await signerOf(join(work.path, basename(output)), trustedKeys);
  await work.publish(absent.map(nameOf));
  return { ...result, ...amounts, ...(await signerOf(output, trustedKeys)), alreadyHere: false };
}

async function fetchOne(
  file: PublishedFile,
  path: string,
  options: DownloadPublishedOptions,
  before: { readonly fetchedBytes: number; readonly keptBytes: number; readonly total: number },
  amounts: { fetchedBytes: number; keptBytes: number },
): Promise<void> {
  const { client, base, connections, description, output, onProgress } = options;
  const wanted = { ...file, rangeBytes: description.rangeBytes, validator: '' };
  await using target = await PartialFile.open(path, wanted, output, looksOf(options, before.total));
  amounts.keptBytes += target.keptBytes;
  const tell = (): void => onProgress?.('fetch', amounts.keptBytes + amounts.fetchedBytes, before.total);
  tell();
  const onBytes = (count: number): void => {
    amounts.fetchedBytes += count;
    tell();
  };
  await fetchFile({ client, url: new URL(encodeURIComponent(file.name), base), target, onBytes }, connections);
}

/** The names that files get: where the first one is given another, the others follow. */
function namesAfter(output: string, files: readonly PublishedFile[]): (file: PublishedFile) => string {
  const first = files[0]?.name ?? '';
  return ({ name }) => `${basename(output)}${name.slice(first.length)}`;
}

async function isHere(path: string, file: PublishedFile, rangeBytes: number, looks: LookOptions): Promise<boolean> {
  const sizeBytes = await fileSize(path);
  if (sizeBytes === undefined) return false;
  const other = (reason: string): SealiftError =>
    new SealiftError('DOWNLOAD_TARGET_OTHER', { values: { path, reason }, place: path });
  if (sizeBytes !== file.sizeBytes) throw other(`it has ${sizeBytes} bytes, not ${file.sizeBytes}`);
  const { ranges } = await hashRanges(path, rangeBytes, looks);
  if (ranges.every((sha256, index) => sha256 === file.ranges[index])) return true;
  throw other('its content is not the one that the index names');
}

async function signerOf(path: string, trustedKeys: DownloadOptions['trustedKeys']) {
  await using bundle = await openBundle(path, { trustedKeys });
  return { manifest: bundle.manifest, key: bundle.key };
}
