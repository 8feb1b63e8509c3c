import { rm, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { isSea } from 'node:sea';
import { evidenceOf } from '@sealift/bundle/evidence';
import { type Bundle, openBundle } from '@sealift/bundle/read';
import { readBundlePack } from '@sealift/bundle/pinned-content';
import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { readBundleRelease, type UploadItem, uploadRelease } from '@sealift/bundle/upload';
import { verifyOpenBundle } from '@sealift/bundle/verify';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { BundleEvidence } from '@sealift/core/evidence';
import { compareVersions } from '@sealift/core/version';
import { openUploadJournal } from '@sealift/oci/upload-journal';
import type { CliContext } from '../../context.ts';
import { machineKeys } from '../../client/trust.ts';
import { findUploadPlaces, type UploadPlaces, uploadVariables } from '../../client/upload-place.ts';
import { programVersion } from '@sealift/core/program-version';
import { extractRun, prepareRunExtraction, questionOf } from './extract.ts';
import { describeBundle, listBundle } from './inspect.ts';
import { confirmOnTerminal, demandTerminal } from '../../terminal/confirm.ts';
import { parseRunOptions, type RunAction, type RunOptions } from './run-options.ts';
import { setUpSealift, setUpSealiftAlone } from './set-up-sealift.ts';
import { compareFingerprint } from './trusted-keys.ts';
import { eventTranscript, makeTranscript, silentTranscript, type Transcript } from './transcript.ts';
import { incompleteUpload, listOfKeptTags, listOfMissing, uploadReport } from './upload-report.ts';

/** What is not only a look at the bundle. */
const changes: ReadonlySet<RunAction> = new Set(['install', 'set-up-sealift']);

/**
 * What a bundle does when it is run: verify every byte, then set up the command line, manifests, packs and images, the release
 * marker last. Until everything is verified nothing is set up, and until the marker is put no release is visible.
 */
export async function runBundle(
  file: string,
  args: readonly string[],
  { unpacked }: { readonly unpacked: boolean },
  context: CliContext,
): Promise<void> {
  if (unpacked && isSea()) await removeThisExecutable();
  const options = parseRunOptions(args);
  await using bundle = await openForRun(file, options, context);
  if (options.action === 'info') return describeBundle(bundle, context);
  if (options.action === 'list') return listBundle(bundle, context);
  if (options.action === 'lsm') return context.out('No LSM.');
  if (options.confirm) demandTerminal();
  const extraction = await prepareRunExtraction(bundle, options);
  const terminal = process.stderr.isTTY && !options.noProgress ? process.stderr : undefined;
  const transcript = transcriptFor(options, terminal, context);
  const verified = await verifyAll(bundle, options, transcript, context);
  if (options.confirm && (extraction !== undefined || changes.has(options.action))) {
    await confirmOnTerminal(questionOf(bundle, extraction, options), context.cancel);
  }
  if (extraction !== undefined) await extractRun(extraction, verified, transcript, context);
  if (options.action === 'set-up-sealift') return await setUpSealiftAlone(bundle, options, context);
  if (options.json && options.action !== 'install') {
    context.out(JSON.stringify(evidenceOf(bundle, verified, programVersion)));
  }
  if (options.action === 'install') {
    await install(bundle, evidenceOf(bundle, verified, programVersion), options, transcript, context);
  }
}

function transcriptFor(
  { quiet, json }: RunOptions,
  terminal: NodeJS.WriteStream | undefined,
  context: CliContext,
): Transcript {
  if (json) return eventTranscript(context.progress);
  return quiet ? silentTranscript : makeTranscript(context.out, terminal);
}

/** On Linux a running program can be removed: whatever happens from here on, nothing of it is left behind. */
async function removeThisExecutable(): Promise<void> {
  await rm(process.execPath, { force: true });
  await rmdir(dirname(process.execPath)).catch(() => undefined);
}

/** Opens the bundle with the keys of this machine and the one of `--public-key`; a refusal tells how to give one for this run. */
async function openForRun(file: string, options: RunOptions, context: CliContext): Promise<Bundle> {
  const trusted = await machineKeys(context);
  const given = options.publicKey === undefined ? [] : [await readPublicKeyFile(options.publicKey)];
  try {
    return await openBundle(file, { trustedKeys: [...trusted, ...given] });
  } catch (error) {
    if (!isSealiftError(error, 'SIGNATURE_KEY_UNTRUSTED')) throw error;
    throw error.withHint(
      `${compareFingerprint} run it again with --public-key and the vendor's public key file, or trust that for good with \`sealift keys trust FILE\`.`,
    );
  }
}

async function verifyAll(bundle: Bundle, options: RunOptions, transcript: Transcript, context: CliContext) {
  const label = 'Verifying archive integrity...';
  const verified = await verifyOpenBundle(bundle, {
    hashFile: options.action === 'install' || (options.json && options.action !== 'set-up-sealift'),
    cancel: context.cancel,
    onProgress: (doneBytes, totalBytes) => transcript.percent(label, doneBytes / totalBytes, { doneBytes, totalBytes }),
  });
  transcript.line(`${label}  100%   SHA256 checksums are OK. All good.`);
  return verified;
}

async function install(
  bundle: Bundle,
  evidence: BundleEvidence,
  options: RunOptions,
  transcript: Transcript,
  context: CliContext,
): Promise<void> {
  const { product, version } = bundle.manifest;
  using places = await uploadPlacesOf(bundle, context);
  const release = await readMarker(bundle);
  const title = bundle.manifest.kind === 'pack' ? `Airgap Pack - ${product}` : 'Airgap Setup -';
  transcript.line(`Uncompressing ${title} Version ${version}  100%`);
  if (options.setUp) {
    transcript.line('Setting up CLI');
    await setUpSealift(bundle, context);
  }
  transcript.line('Setting up Manifests');
  const sections = new Sections(transcript);
  const result = await uploadRelease({
    bundle,
    packs: places.packs,
    images: places.images,
    release,
    moveTags: options.moveTags,
    journal: await openUploadJournal(join(stateFolder(context), 'uploads')),
    cancel: context.cancel,
    continueOnError: options.continueOnError,
    ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
    onItem: (item) => {
      sections.item(item);
      context.progress.event?.({ event: 'item', ...item });
    },
    onRetry: ({ what, attempt, delayMs, reason }) => context.progress.retry?.({ what, attempt, delayMs, reason }),
    onProgress: (doneBytes, totalBytes) =>
      transcript.percent('Pushing', totalBytes === 0 ? 1 : doneBytes / totalBytes, { doneBytes, totalBytes }),
  });
  sections.end();
  if (options.json) context.out(JSON.stringify(uploadReport(bundle, result)));
  else {
    const kept = listOfKeptTags(result);
    if (kept !== undefined) context.note(kept);
  }
  const incomplete = incompleteUpload(result);
  if (incomplete !== undefined) {
    if (options.json) {
      context.exitCode = incomplete.exit;
      return;
    }
    context.note(listOfMissing(result));
    throw incomplete;
  }
  await places.platform?.postOnly('/api/v1/uploads', {
    product,
    version,
    bundleSha256: evidence.bundle.sha256,
    keyId: bundle.key.keyId,
    evidence,
    pushed: result.items.filter(({ state }) => state === 'pushed').length,
    skipped: result.items.filter(({ state }) => state === 'present').length,
  });
  transcript.line('Setup Completed');
}

/** On a machine that a release comes to for the first time no login is known, and no `sealift` is there to log in with. */
async function uploadPlacesOf(bundle: Bundle, context: CliContext): Promise<UploadPlaces> {
  try {
    return await findUploadPlaces(context);
  } catch (error) {
    if (!isSealiftError(error, 'PLATFORM_UNKNOWN')) throw error;
    throw error.withHint(
      `Run \`sealift login URL\` once, then the bundle again; without a sealift here, \`sh ${bundle.path} --install\` sets it up. Or set SEALIFT_URL and SEALIFT_TOKEN, or ${uploadVariables.join(', ')}.`,
    );
  }
}

/** The marker of the release, or of the one pack, that the bundle brings. @throws BUNDLE_NEEDS_SEALIFT */
async function readMarker(bundle: Bundle) {
  if (bundle.manifest.kind !== 'pack') return await readBundleRelease(bundle);
  const pack = await readBundlePack(bundle);
  const { sealift: needed } = pack.packRelease;
  if (needed !== undefined && compareVersions(programVersion, needed) < 0) {
    const values = { path: bundle.path, needed, found: programVersion };
    throw new SealiftError('BUNDLE_NEEDS_SEALIFT', { values });
  }
  return pack;
}

/** Prints `Setting up Packs` and `Setting up Images` in their places, with or without anything below them. */
class Sections {
  readonly #transcript: Transcript;
  readonly #left = ['Packs', 'Images'];

  constructor(transcript: Transcript) {
    this.#transcript = transcript;
  }

  item({ kind, name }: UploadItem): void {
    this.#open(kind === 'pack' ? 1 : 2);
    if (kind === 'pack') this.#transcript.line(`- Pushing Pack ${name}`);
    else if (kind === 'tool') this.#transcript.line(`- Pushing program ${name}`);
    else if (kind !== 'marker') this.#transcript.line(`- Pushing image ${name}`);
  }

  end(): void {
    this.#open(2);
  }

  #open(count: number): void {
    while (this.#left.length > 2 - count) this.#transcript.line(`Setting up ${this.#left.shift()}`);
  }
}

/** What outlives a run and no one else should read (XDG Base Directory Specification, `XDG_STATE_HOME`). */
function stateFolder({ env }: CliContext): string {
  const given = env['XDG_STATE_HOME'];
  const state = given !== undefined && isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), '.local', 'state');
  return join(state, 'sealift');
}
