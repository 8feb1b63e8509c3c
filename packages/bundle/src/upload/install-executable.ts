import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { makeFolder } from '@sealift/io/make-folder';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import { PendingFile } from '@sealift/io/pending-file';
import { removeUnfinished } from '@sealift/io/unfinished';
import { manifestSchema } from '@sealift/oci/descriptor';
import { readBounded } from '@sealift/oci/verify-stream';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import type { Bundle } from '../read/open-bundle.ts';
import type { Architecture } from '../stub/stub.ts';

const maxManifestBytes = 64 * 1024;
/** No unpacking takes so long: what is older was left by a run that was killed. */
const longestWriteMs = 15 * 60 * 1000;

/**
 * Sets up `sealift` from a bundle: unpacks the executable into the folder and puts it in the place of an older one in one
 * step, so that a running one is not disturbed and a cut leaves the older one.
 *
 * @returns the path, or undefined when the bundle brings no executable for this processor
 * @throws FILE_UNWRITABLE, CONTENT_*
 */
export async function installExecutable(
  bundle: Bundle,
  folder: string,
  architecture: Architecture,
): Promise<string | undefined> {
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
    makeFolder(folder);
    await removeUnfinished(folder, longestWriteMs);
    await using file = await PendingFile.create(folder, { mode: 0o755, shownAs: path });
    await pipeline(
      await bundle.open(layer.digest),
      createGunzip({ chunkSize: 1024 * 1024 }),
      async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const chunk of chunks) await file.write(chunk);
      },
    );
    await file.chmod(0o755);
    await file.commit(path);
  } catch (error) {
    if (isSealiftError(error) && error.code !== 'FILE_UNWRITABLE') throw error;
    const cause = isSealiftError(error) ? error.cause : error;
    const hint =
      'Set SEALIFT_BIN_DIR to a folder you can write, or leave the command line out with --no-install; then run the bundle again.';
    throw new SealiftError('FILE_UNWRITABLE', { values: { path, reason: reasonOf(cause) }, place: path, hint, cause });
  }
  return path;
}
