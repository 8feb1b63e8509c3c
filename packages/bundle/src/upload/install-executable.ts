import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { makeFolder } from '@sealift/io/make-folder';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import { PendingFile } from '@sealift/io/pending-file';
import { isMissing } from '@sealift/io/file-errors';
import { removeUnfinished, unfinishedPath } from '@sealift/io/unfinished';
import { manifestSchema } from '@sealift/oci/descriptor';
import { readBounded } from '@sealift/oci/verify-stream';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import type { Bundle } from '../read/open-bundle.ts';
import type { Architecture } from '../stub/stub.ts';

const maxManifestBytes = 64 * 1024;
/** No unpacking takes so long: what is older was left by a run that was killed. */
const longestWriteMs = 15 * 60 * 1000;

/** What was set up. */
export interface InstalledExecutable {
  readonly path: string;
  /** Whether it is another one than what was there before. */
  readonly changed: boolean;
}

/**
 * Sets up `sealift` from a bundle: unpacks the executable into the folder and puts it in the place of an older one in one
 * step, so that a running one is not disturbed and a cut leaves the older one. That one is kept beside it, as the way back.
 *
 * @param examine looks at the new executable, which lies under another name, before it gets its place
 * @returns undefined when the bundle brings no executable for this processor
 * @throws FILE_UNWRITABLE, CONTENT_*, and what `examine` throws; nothing is changed then
 */
export async function installExecutable(
  bundle: Bundle,
  folder: string,
  architecture: Architecture,
  examine: (path: string) => Promise<void> = () => Promise.resolve(),
): Promise<InstalledExecutable | undefined> {
  const entry = bundle.index.manifests.find(
    ({ artifactType, platform }) =>
      artifactType === artifactTypes.executable && platform?.architecture === architecture,
  );
  if (entry === undefined) return undefined;
  const bytes = await readBounded(await bundle.open(entry.digest), maxManifestBytes, entry.digest);
  const layer = manifestSchema.parse(JSON.parse(bytes.toString('utf8'))).layers[0];
  if (layer?.mediaType !== layerTypes.executableGzip) return undefined;
  const path = join(folder, 'sealift');
  try {
    const content = await bundle.open(layer.digest);
    return await place(path, (sink) => pipeline(content, createGunzip({ chunkSize: 1024 * 1024 }), sink), examine);
  } catch (error) {
    if (isSealiftError(error) && !['FILE_UNWRITABLE', 'FILE_NO_ROOM'].includes(error.code)) throw error;
    const cause = isSealiftError(error) ? error.cause : error;
    const hint =
      'Set SEALIFT_BIN_DIR to a folder you can write, or leave the command line out with --no-install; then run the bundle again.';
    throw new SealiftError('FILE_UNWRITABLE', { values: { path, reason: reasonOf(cause) }, place: path, hint, cause });
  }
}

/**
 * Puts a copy of an executable in the place of another one in one step, and keeps that beside it, as `installExecutable` does.
 *
 * @throws FILE_UNWRITABLE, the system's error where the source cannot be read, and what `examine` throws; nothing is changed then
 */
export async function copyExecutable(
  source: string,
  path: string,
  examine: (path: string) => Promise<void> = () => Promise.resolve(),
): Promise<InstalledExecutable> {
  return await place(path, (sink) => pipeline(createReadStream(source, { highWaterMark: 1024 * 1024 }), sink), examine);
}

async function place(
  path: string,
  fill: (sink: (chunks: AsyncIterable<Uint8Array>) => Promise<void>) => Promise<void>,
  examine: (path: string) => Promise<void>,
): Promise<InstalledExecutable> {
  const folder = dirname(path);
  makeFolder(folder);
  await removeUnfinished(folder, longestWriteMs);
  const hash = createHash('sha256');
  await using file = await PendingFile.create(folder, { mode: 0o755, shownAs: path });
  await fill(async (chunks) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      await file.write(chunk);
    }
  });
  await file.chmod(0o755);
  if ((await digestOf(path)) === hash.digest('hex')) return { path, changed: false };
  await file.sync();
  await examine(file.temporary);
  await keepPrevious(path);
  await file.commit(path);
  return { path, changed: true };
}

/** Where the executable is kept that was there before: it takes its place again where the new one is of no use. */
export function previousExecutable(path: string): string {
  return join(dirname(path), `${basename(path)}.previous`);
}

/** Puts the executable of before in its place again, in one step. */
export async function takeBackExecutable(path: string): Promise<void> {
  await rename(previousExecutable(path), path);
}

/** A second name for the file that is there; one of an earlier time is let go of. */
async function keepPrevious(path: string): Promise<void> {
  const name = unfinishedPath(dirname(path));
  try {
    await link(path, name);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  try {
    await rename(name, previousExecutable(path));
  } finally {
    // Two names of one file: rename(2) leaves both.
    await rm(name, { force: true });
  }
}

/** Undefined where there is no file. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return hash.digest('hex');
}
