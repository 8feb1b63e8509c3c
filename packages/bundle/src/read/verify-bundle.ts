import { createHash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { type BundleManifest, stubBytes } from '../format/manifest.ts';
import type { PublicKey } from '../minisign/keys.ts';
import { damageOfParts } from '../split/open-parts.ts';
import { damaged, readPart } from './bundle-file.ts';
import type { CheckOutcome } from './check-job.ts';
import { runJobs } from './check-threads.ts';
import { type Bundle, openBundle } from './open-bundle.ts';
import { planJobs } from './plan-jobs.ts';

export interface VerifyBundleOptions {
  readonly trustedKeys: readonly PublicKey[];
  /** Bytes checked so far, and in all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Also compute the SHA-256 of the whole file: a second hash over every byte, on a thread of its own. */
  readonly hashFile?: boolean;
  readonly cancel?: AbortSignal;
}

/** What was verified, and with which key. */
export interface VerifiedBundle {
  readonly path: string;
  readonly manifest: BundleManifest;
  readonly key: PublicKey;
  readonly trustedComment: string;
  /** Of the whole file, in hex; only with `hashFile`. */
  readonly fileSha256?: string;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/**
 * Verifies every byte of a bundle: the signature over the manifest, and by the manifest the stub, every header, content and
 * padding of the tar, its end and the length of the file.
 *
 * @throws BUNDLE_UNKNOWN, BUNDLE_DAMAGED, BUNDLE_PART_*, BUNDLE_NEWER, SIGNATURE_*, FILE_NOT_FOUND, FILE_UNREADABLE, CANCELLED
 */
export async function verifyBundle(path: string, options: VerifyBundleOptions): Promise<VerifiedBundle> {
  const bundle = await openBundle(path, options);
  try {
    return await verifyOpenBundle(bundle, options);
  } finally {
    await bundle.close();
  }
}

/** The same over a bundle that is open already. */
export async function verifyOpenBundle(
  bundle: Bundle,
  options: Omit<VerifyBundleOptions, 'trustedKeys'>,
): Promise<VerifiedBundle> {
  const { path, manifest, key, trustedComment, file } = bundle;
  const startedAt = new Date();
  const start = performance.now();
  // Manifest and signature, right behind the stub, were read and compared when the bundle was opened.
  const stub = createHash('sha256').update(await readPart(file, 0, stubBytes));
  if (stub.digest('hex') !== manifest.stubSha256) {
    const reason = `its first ${stubBytes} bytes, the program that runs, are not those that were signed`;
    throw (await damageOfParts(file, options.cancel)) ?? damaged(path, reason);
  }
  const jobs = planJobs(bundle, { hashFile: options.hashFile === true });
  const progress = progressOver(
    jobs.reduce((sum, { length }) => sum + length, 0),
    file.length,
    options.onProgress,
  );
  const parts = file.parts.map(({ handle, length }) => ({ fd: handle.fd, length }));
  const outcomes = await runJobs(jobs, parts, { onBytes: progress, cancel: options.cancel });
  if (outcomes.some((outcome) => outcome?.kind === 'damaged')) {
    const damage = await damageOfParts(file, options.cancel);
    if (damage !== undefined) throw damage;
  }
  const fileSha256 = resultOf(outcomes, path);
  options.onProgress?.(file.length, file.length);
  const durationMs = Math.round(performance.now() - start);
  const checked = { path, manifest, key, trustedComment, startedAt, durationMs };
  return { ...checked, ...(fileSha256 === undefined ? {} : { fileSha256 }) };
}

/** Work done as a share of the file's length, whether each byte is read once or twice. */
function progressOver(
  workBytes: number,
  fileBytes: number,
  onProgress: VerifyBundleOptions['onProgress'],
): (count: number) => void {
  let done = 0;
  return (count) => {
    done += count;
    // The whole is told once everything is known to be right.
    onProgress?.(Math.min(Math.floor((done / workBytes) * fileBytes), fileBytes - 1), fileBytes);
  };
}

/** @returns the SHA-256 of the whole file, when it was asked for */
function resultOf(outcomes: readonly (CheckOutcome | undefined)[], path: string): string | undefined {
  let fileSha256: string | undefined;
  for (const outcome of outcomes) {
    if (outcome?.kind === 'damaged') throw damaged(path, outcome.reason);
    if (outcome?.kind === 'unreadable') {
      throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: outcome.reason }, place: path });
    }
    if (outcome?.kind === 'hashed') fileSha256 = outcome.sha256;
  }
  // Nothing counts as checked because no job complained: every one must have said that it is whole.
  if (outcomes.some((outcome) => outcome === undefined)) {
    throw new SealiftError('INTERNAL', { values: { reason: 'a part of the bundle was not checked' } });
  }
  return fileSha256;
}
