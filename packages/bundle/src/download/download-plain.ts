import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { fileSize } from '@sealift/io/file-size';
import { withRetry } from '@sealift/io/retry';
import { blockBytes } from '@sealift/io/tar-block';
import { stubBytes } from '../format/manifest.ts';
import { checkBundleHead } from '../read/open-bundle.ts';
import { type VerifiedBundle, verifyBundle } from '../read/verify-bundle.ts';
import { factsOf } from './answer-facts.ts';
import { placeOf, refused } from './client.ts';
import type { Downloaded, DownloadOptions } from './downloaded.ts';
import { fetchFile } from './fetch-file.ts';
import { fetchUnsized } from './fetch-unsized.ts';
import { looksOf } from './looks.ts';
import { PartialFile } from './partial-file.ts';
import { readRangeLog } from './range-log.ts';
import { WorkFolder } from './work-folder.ts';

export type { Downloaded, DownloadOptions } from './downloaded.ts';

export interface DownloadPlainOptions extends DownloadOptions {
  readonly url: URL;
  readonly output: string;
  /** What the SHA-256 of the file must be, in hex. */
  readonly sha256?: string | undefined;
  /** How large the ranges are, in bytes. */
  readonly rangeBytes?: number;
}

const defaultRangeBytes = 8 * 1024 * 1024;

/**
 * Downloads a bundle from a server that has no index: what came is then checked by the bundle's own signature, every byte. What an earlier run
 * fetched is gone on from, as long as the server says that the file is the same.
 *
 * @throws DOWNLOAD_*, SIGNATURE_*, BUNDLE_*, FILE_*, CANCELLED
 */
export async function downloadPlain(options: DownloadPlainOptions): Promise<Downloaded> {
  const { output, url } = options;
  const here = await fileSize(output);
  if (here !== undefined) return await lookAtExisting(here, options);
  using work = WorkFolder.open(output);
  const path = join(work.path, basename(output));
  const { amounts, verified } = await fetchAndCheck(path, options).catch(async (error: unknown) => {
    // Bytes that are wrong can't be gone on from; those whose key is not trusted yet can.
    if (isSealiftError(error) && error.exit === 2 && error.code !== 'SIGNATURE_KEY_UNTRUSTED') await work.remove();
    throw isSealiftError(error) ? error.withPlace(placeOf(url)) : error;
  });
  await work.publish([basename(output)]);
  const { manifest, key } = verified;
  return { files: [output], sizeBytes: manifest.length, ...amounts, alreadyHere: false, manifest, key };
}

async function fetchAndCheck(path: string, options: DownloadPlainOptions) {
  const amounts = await fetchTo(path, options).catch(async (error: unknown) => {
    if (!isSealiftError(error, 'DOWNLOAD_CHANGED')) throw error;
    // What came is of a file that is no longer there; a second change in a row is for a person.
    await forget(path);
    return await fetchTo(path, options);
  });
  return { amounts, verified: await check(path, options) };
}

/** Up to where every bundle shows that it is one: the stub, and the header of what is behind it. */
const headBytes = stubBytes + blockBytes;
/** What the beginning of a bundle tells for sure, before hours go into the rest of it. */
const early: ReadonlySet<string> = new Set(['BUNDLE_UNKNOWN', 'SIGNATURE_KEY_UNTRUSTED', 'SIGNATURE_WRONG']);

/** Looks who signed what is coming. Of a bundle whose beginning is longer than the first range only the end tells. */
async function checkHead(path: string, { trustedKeys }: DownloadPlainOptions): Promise<void> {
  await checkBundleHead(path, { trustedKeys }).catch((error: unknown) => {
    if (!isSealiftError(error) || early.has(error.code)) throw error;
  });
}

async function lookAtExisting(sizeBytes: number, options: DownloadPlainOptions): Promise<Downloaded> {
  const { client, url, output } = options;
  const answer = await withRetry(() => client.open(url), client.retryRules(url));
  answer.destroy();
  const offered = factsOf(answer, placeOf(url)).sizeBytes;
  const other = (reason: string): SealiftError =>
    new SealiftError('DOWNLOAD_TARGET_OTHER', { values: { path: output, reason }, place: output });
  if (offered !== undefined && offered !== sizeBytes) throw other(`it has ${sizeBytes} bytes, not ${offered}`);
  try {
    const { manifest, key } = await check(output, options);
    return { files: [output], sizeBytes, fetchedBytes: 0, keptBytes: 0, alreadyHere: true, manifest, key };
  } catch (error) {
    if (isSealiftError(error, 'BUNDLE_UNKNOWN') || isSealiftError(error, 'DOWNLOAD_DIGEST_WRONG')) {
      throw other(error.message);
    }
    throw error;
  }
}

async function fetchTo(path: string, options: DownloadPlainOptions) {
  const { client, url, output, connections, onProgress, rangeBytes = defaultRangeBytes } = options;
  const amounts = { fetchedBytes: 0, keptBytes: 0 };
  const log = await readRangeLog(`${path}.ranges`);
  const probe = log === undefined ? await probeRange(options, rangeBytes) : undefined;
  const facts = probe === undefined ? undefined : factsOf(probe, placeOf(url));
  try {
    const sizeBytes = log?.about.sizeBytes ?? facts?.sizeBytes;
    let total = sizeBytes;
    const onBytes = (count: number): void => {
      amounts.fetchedBytes += count;
      const done = amounts.keptBytes + amounts.fetchedBytes;
      onProgress?.('fetch', done, total ?? Math.max(done + 1, amounts.fetchedBytes));
    };
    if (sizeBytes === undefined) {
      // A part of a file whose size nobody knows is of no use: all of it is asked for.
      const first = facts?.part === undefined ? probe : undefined;
      await fetchUnsized({ client, url, path, shownAs: output, onBytes }, first);
      return amounts;
    }
    const wanted = log?.about ?? { sizeBytes, rangeBytes, validator: facts?.validator ?? '' };
    await using target = await PartialFile.open(path, wanted, output, looksOf(options, wanted.sizeBytes));
    amounts.keptBytes = target.keptBytes;
    total = target.wanted.sizeBytes;
    const onRange = async (index: number): Promise<void> => {
      if (index === 0 && target.rangeAt(0).end >= headBytes) await checkHead(path, options);
    };
    if (target.has(0)) await onRange(0);
    await fetchFile({ client, url, target, onBytes, onRange }, connections, probe);
    return amounts;
  } finally {
    probe?.destroy();
  }
}

/** The answer to the request for the first range. */
async function probeRange({ client, url }: DownloadPlainOptions, rangeBytes: number): Promise<IncomingMessage> {
  const ask = () => client.open(url, { range: `bytes=0-${rangeBytes - 1}` });
  const answer = await withRetry(ask, client.retryRules(url));
  try {
    if (factsOf(answer, placeOf(url)).sizeBytes === 0) throw refused(placeOf(url), 'the file is empty');
    return answer;
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

async function check(path: string, options: DownloadPlainOptions): Promise<VerifiedBundle> {
  const { url, sha256, trustedKeys, cancel, onProgress } = options;
  const verified = await verifyBundle(path, {
    trustedKeys,
    hashFile: sha256 !== undefined,
    onProgress: (done, total) => onProgress?.('check', done, total),
    ...(cancel === undefined ? {} : { cancel }),
  });
  if (sha256 === undefined || verified.fileSha256 === sha256) return verified;
  const values = { url: placeOf(url), found: verified.fileSha256 ?? 'unknown', expected: sha256 };
  throw new SealiftError('DOWNLOAD_DIGEST_WRONG', { values, place: '--sha256' });
}

async function forget(path: string): Promise<void> {
  for (const each of [`${path}.ranges`, path]) await rm(each, { force: true });
}
