import { rm, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { isSea } from 'node:sea';
import { evidenceOf } from '@sealift/bundle/evidence';
import type { PublicKey } from '@sealift/bundle/minisign';
import { type Bundle, openBundle } from '@sealift/bundle/read';
import { readBundlePack } from '@sealift/bundle/pinned-content';
import { loadTrustedKeys, readPublicKeyFile } from '@sealift/bundle/trusted-keys';
import { readBundleRelease, type UploadItem, uploadRelease } from '@sealift/bundle/upload';
import { verifyOpenBundle } from '@sealift/bundle/verify';
import { SealiftError } from '@sealift/core/errors';
import type { BundleEvidence } from '@sealift/core/evidence';
import { compareVersions } from '@sealift/core/version';
import { openUploadJournal } from '@sealift/oci/upload-journal';
import type { CliContext } from '../../context.ts';
import { findUploadPlaces } from '../../client/upload-place.ts';
import { programVersion } from '../../program-version.ts';
import { extractRun, prepareRunExtraction, questionOf } from './extract.ts';
import { describeBundle, listBundle } from './inspect.ts';
import { confirmOnTerminal, demandTerminal } from '../../terminal/confirm.ts';
import { parseRunOptions, type RunOptions } from './run-options.ts';
import { eventTranscript, makeTranscript, silentTranscript, type Transcript } from './transcript.ts';
import { incompleteUpload, listOfMissing, uploadReport } from './upload-report.ts';

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
  await using bundle = await openBundle(file, { trustedKeys: await keysFor(options, context) });
  if (options.action === 'info') return describeBundle(bundle, context);
  if (options.action === 'list') return listBundle(bundle, context);
  if (options.action === 'lsm') return context.out('No LSM.');
  if (options.confirm) demandTerminal();
  const extraction = await prepareRunExtraction(bundle, options);
  const terminal = process.stderr.isTTY && !options.noProgress ? process.stderr : undefined;
  const transcript = transcriptFor(options, terminal, context);
  const verified = await verifyAll(bundle, options, transcript, context);
  if (options.confirm && (extraction !== undefined || options.action === 'install')) {
    await confirmOnTerminal(questionOf(bundle, extraction, options), context.cancel);
  }
  if (extraction !== undefined) await extractRun(extraction, verified, transcript, context);
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

async function keysFor(options: RunOptions, context: CliContext): Promise<readonly PublicKey[]> {
  const trusted = await loadTrustedKeys(context.env);
  return options.publicKey === undefined ? trusted : [...trusted, await readPublicKeyFile(options.publicKey)];
}

async function verifyAll(bundle: Bundle, options: RunOptions, transcript: Transcript, context: CliContext) {
  const label = 'Verifying archive integrity...';
  const verified = await verifyOpenBundle(bundle, {
    hashFile: options.action === 'install' || options.json,
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
  using places = await findUploadPlaces(context);
  const release = await readMarker(bundle);
  const title = bundle.manifest.kind === 'pack' ? `Airgap Pack - ${product}` : 'Airgap Setup -';
  transcript.line(`Uncompressing ${title} Version ${version}  100%`);
  if (options.setUp) {
    transcript.line('Setting up CLI');
    const { installExecutable } = await import('@sealift/bundle/install-executable');
    await installExecutable(bundle, executableFolder(context), process.arch === 'arm64' ? 'arm64' : 'amd64');
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
    onRetry: ({ what, attempt, delayMs, reason }) =>
      context.progress.event?.({ event: 'retry', what, attempt, delayMs, reason }),
    onProgress: (doneBytes, totalBytes) =>
      transcript.percent('Pushing', totalBytes === 0 ? 1 : doneBytes / totalBytes, { doneBytes, totalBytes }),
  });
  sections.end();
  if (options.json) context.out(JSON.stringify(uploadReport(bundle, result)));
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
    else if (kind !== 'marker') this.#transcript.line(`- Pushing image ${name}`);
  }

  end(): void {
    this.#open(2);
  }

  #open(count: number): void {
    while (this.#left.length > 2 - count) this.#transcript.line(`Setting up ${this.#left.shift()}`);
  }
}

/** Where `sealift` is set up: `$SEALIFT_BIN_DIR`, else `/usr/local/bin` for root and `~/.local/bin` for others. */
function executableFolder({ env }: CliContext): string {
  const given = env['SEALIFT_BIN_DIR'];
  if (given !== undefined && given !== '') return given;
  return process.getuid?.() === 0 ? '/usr/local/bin' : join(env['HOME'] ?? homedir(), '.local', 'bin');
}

/** What outlives a run and no one else should read (XDG Base Directory Specification, `XDG_STATE_HOME`). */
function stateFolder({ env }: CliContext): string {
  const given = env['XDG_STATE_HOME'];
  const state = given !== undefined && isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), '.local', 'state');
  return join(state, 'sealift');
}
