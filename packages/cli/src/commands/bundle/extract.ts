import { resolve } from 'node:path';
import { defaultFolder, prepareExtraction, type PreparedExtraction } from '@sealift/bundle/extract';
import type { Bundle } from '@sealift/bundle/read';
import { type VerifiedBundle, verifyOpenBundle } from '@sealift/bundle/verify';
import type { CliContext } from '../../context.ts';
import { openWithKeys } from './trusted-keys.ts';
import { describeDifferential } from './differential-summary.ts';
import type { RunOptions } from './run-options.ts';
import type { Transcript } from './transcript.ts';

export interface ExtractOptions {
  readonly publicKey?: string;
  readonly nodiskspace?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** `sealift bundle extract`: verifies a bundle, then writes what it holds to a folder. */
export async function extractFile(
  file: string,
  folder: string | undefined,
  options: ExtractOptions,
  context: CliContext,
): Promise<void> {
  const { progress, cancel } = context;
  await using bundle = await openWithKeys(file, options.publicKey, context);
  const place = folder ?? defaultFolder(bundle.manifest);
  const extraction = await prepareExtraction(bundle, place, { checkRoom: options.nodiskspace !== true });
  const verifying = `Verifying ${file}`;
  const verified = await verifyOpenBundle(bundle, {
    cancel,
    onProgress: (doneBytes, totalBytes) =>
      progress.update(verifying, doneBytes / totalBytes, undefined, { doneBytes, totalBytes }),
  });
  progress.done(verifying);
  const writing = `Extracting to ${place}`;
  await extraction.write(verified, {
    cancel,
    onProgress: (doneBytes, totalBytes) =>
      progress.update(writing, doneBytes / totalBytes, undefined, { doneBytes, totalBytes }),
  });
  progress.done(writing);
  const { product, version, members, differential } = bundle.manifest;
  if (options.json === true) {
    const { totalBytes: bytes } = extraction;
    context.out(JSON.stringify({ folder: extraction.folder, product, version, files: members.length + 2, bytes }));
  } else if (options.quiet !== true) {
    context.out(`${product} ${version} is in ${extraction.folder}, an OCI image layout with bundle.json beside it`);
    if (differential !== undefined) context.out(describeDifferential(differential));
  }
}

/** Looks whether a bundle that is run can be extracted as its options ask; undefined when they don't. */
export async function prepareRunExtraction(
  bundle: Bundle,
  { extraction }: RunOptions,
): Promise<PreparedExtraction | undefined> {
  if (extraction === undefined) return undefined;
  const { folder, checkRoom, noOverwrite } = extraction;
  return await prepareExtraction(bundle, folder ?? defaultFolder(bundle.manifest), { checkRoom, noOverwrite });
}

/** Extracts a bundle that is run and was verified. */
export async function extractRun(
  extraction: PreparedExtraction,
  verified: VerifiedBundle,
  transcript: Transcript,
  { cancel }: CliContext,
): Promise<void> {
  const label = `Extracting to ${extraction.folder}`;
  await extraction.write(verified, {
    cancel,
    onProgress: (doneBytes, totalBytes) => transcript.percent(label, doneBytes / totalBytes, { doneBytes, totalBytes }),
  });
  transcript.line(`${label}  100%`);
}

/** What `--confirm` asks about. */
export function questionOf(
  { manifest }: Bundle,
  extraction: PreparedExtraction | undefined,
  options: RunOptions,
): string {
  const what = `${manifest.product} ${manifest.version}`;
  const parts = [
    ...(extraction === undefined ? [] : [`extract ${extraction.totalBytes} bytes to ${resolve(extraction.folder)}`]),
    ...(options.action === 'install' ? ['set up sealift and upload the release'] : []),
    ...(options.action === 'set-up-sealift' ? ['set up sealift'] : []),
  ];
  return `${what} is verified. About to ${parts.join(' and ')}.`;
}
