import { createHash } from 'node:crypto';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Environment } from '@sealift/io/http/environment';
import { pause } from '@sealift/io/pause';
import type { PublicKey } from '../minisign/keys.ts';
import { maxSignatureBytes, startPrehash, verify } from '../minisign/signature.ts';
import {
  type BundleDescription,
  descriptionsFolder,
  indexName,
  maxDescriptionBytes,
  maxIndexBytes,
  parseDescription,
  parseIndex,
  type PublishedBundle,
  type PublishedIndex,
} from '../published/index-format.ts';
import { type DownloadClient, placeOf } from './client.ts';
import { demandNewer, rememberIndex, type SeenIndex } from './seen-index.ts';

export { indexName, type PublishedBundle } from '../published/index-format.ts';

/** An index whose signature is right, and where it was found. */
export interface FoundIndex extends PublishedIndex {
  /** The folder that its files are in; ends with a slash. */
  readonly base: URL;
  readonly url: string;
  /** Who signed it. */
  readonly key: PublicKey;
}

export interface FindIndexOptions {
  readonly trustedKeys: readonly PublicKey[];
  /** Where the index that was last seen is remembered. */
  readonly env: Environment;
  /** Take an older one than was seen, and remember that. */
  readonly acceptOlder?: boolean;
  readonly cancel?: AbortSignal | undefined;
}

/** Between the two renames of a publication the signature is that of the index before: soon it fits. */
const swapPausesMs = [500, 1500] as const;

/**
 * Reads the index of a published folder, verifies it before anything of it is looked at, and demands that it is not older than the one
 * that was last seen there.
 *
 * @param base the folder; ends with a slash
 * @throws DOWNLOAD_INDEX_MISSING, DOWNLOAD_INDEX_INVALID, DOWNLOAD_INDEX_OLDER, SIGNATURE_*, DOWNLOAD_*, CANCELLED
 */
export async function findIndex(
  client: DownloadClient,
  base: URL,
  { trustedKeys, env, acceptOlder = false, cancel }: FindIndexOptions,
): Promise<FoundIndex> {
  const address = new URL(indexName, base);
  const url = placeOf(address);
  const { text, key } = await readVerified(client, address, trustedKeys, cancel);
  const index = parseIndex(text);
  if (typeof index === 'string') throw invalid(url, index);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const seen: SeenIndex = { url, serial: index.serial, sha256 };
  if (!acceptOlder) await demandNewer(seen, env);
  await rememberIndex(seen, env);
  return { ...index, base, url, key };
}

/** What the index leaves to a file of its own. @throws DOWNLOAD_INDEX_INVALID, DOWNLOAD_* */
export async function readDescription(
  client: DownloadClient,
  { base, url }: FoundIndex,
  bundle: PublishedBundle,
): Promise<BundleDescription> {
  const { sha256, sizeBytes } = bundle.description;
  const address = new URL(`${descriptionsFolder}/${sha256}.json`, base);
  const text = await client.read(address, Math.min(sizeBytes, maxDescriptionBytes)).catch((error: unknown) => {
    if (!isSealiftError(error, 'DOWNLOAD_NOT_FOUND')) throw error;
    throw invalid(url, `${placeOf(address)}, which it names, is not there`);
  });
  if (createHash('sha256').update(text).digest('hex') !== sha256) {
    throw invalid(url, `${placeOf(address)} is not what the index names`);
  }
  const description = parseDescription(text.toString('utf8'), bundle);
  if (typeof description === 'string') throw invalid(url, `${bundle.name}: ${description}`);
  return description;
}

async function readVerified(
  client: DownloadClient,
  address: URL,
  trustedKeys: readonly PublicKey[],
  cancel: AbortSignal | undefined,
): Promise<{ readonly text: string; readonly key: PublicKey }> {
  const url = placeOf(address);
  for (let attempt = 0; ; attempt += 1) {
    const bytes = await client.read(address, maxIndexBytes).catch((error: unknown) => {
      if (!isSealiftError(error, 'DOWNLOAD_NOT_FOUND')) throw error;
      throw missing(url, error);
    });
    // Some servers answer with a page where a file is missing.
    if (bytes[0] !== 0x7b) throw missing(url);
    const signature = await client.read(signatureOf(address), maxSignatureBytes).catch((error: unknown) => {
      if (!isSealiftError(error, 'DOWNLOAD_NOT_FOUND')) throw error;
      throw new SealiftError('SIGNATURE_MISSING', { values: { what: url }, place: url, cause: error });
    });
    try {
      const prehash = startPrehash().update(bytes);
      const { key } = verify({ signature: signature.toString('latin1'), prehash, trustedKeys, what: url });
      return { text: bytes.toString('utf8'), key };
    } catch (error) {
      const pauseMs = swapPausesMs[attempt];
      if (!isSealiftError(error, 'SIGNATURE_WRONG') || pauseMs === undefined) throw error;
      await pause(pauseMs, cancel);
    }
  }
}

function missing(url: string, cause?: unknown): SealiftError {
  return new SealiftError('DOWNLOAD_INDEX_MISSING', {
    values: { url },
    place: url,
    ...(cause === undefined ? {} : { cause }),
  });
}

function signatureOf(address: URL): URL {
  const url = new URL(address);
  url.pathname += '.minisig';
  return url;
}

function invalid(url: string, reason: string): SealiftError {
  return new SealiftError('DOWNLOAD_INDEX_INVALID', { values: { url, reason }, place: url });
}
