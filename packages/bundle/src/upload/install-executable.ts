import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { manifestSchema } from '@sealift/oci/descriptor';
import { readBounded } from '@sealift/oci/verify-stream';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import { removeLeftovers } from '../files/leftovers.ts';
import type { Bundle } from '../read/open-bundle.ts';
import type { Architecture } from '../stub/stub.ts';

const maxManifestBytes = 64 * 1024;

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
  const temporary = join(folder, `.sealift-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder, '.sealift-');
    await pipeline(
      await bundle.open(layer.digest),
      createGunzip({ chunkSize: 1024 * 1024 }),
      createWriteStream(temporary, { mode: 0o755, flags: 'wx' }),
    );
    const file = await open(temporary, 'r');
    try {
      await file.chmod(0o755);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (error instanceof SealiftError) throw error;
    const reason = reasonOf(error);
    const hint = 'Set SEALIFT_BIN_DIR to a folder you can write, then run the bundle again.';
    throw new SealiftError('FILE_UNWRITABLE', { values: { path, reason }, place: path, hint, cause: error });
  }
  return path;
}
