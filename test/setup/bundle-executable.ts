import { createReadStream, createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parsePublicKey } from '@sealift/bundle/minisign';
import { openBundle } from '@sealift/bundle/read';
import { manifestSchema } from '@sealift/oci/descriptor';
import { readBounded } from '@sealift/oci/verify-stream';
import { built } from './environment.ts';

/** Takes the executable for this kind of machine out of a bundle that was built for this run, as the gzip file it is there. */
export async function takeExecutable(target: string): Promise<void> {
  const path = built().vendor.bundles.get('4.2.13') ?? '';
  await using bundle = await openBundle(path, { trustedKeys: [parsePublicKey(built().vendor.publicKey)] });
  const entry = bundle.index.manifests.find(
    ({ platform, artifactType }) =>
      platform?.architecture === 'amd64' && artifactType === 'application/vnd.sealift.executable.v1',
  );
  if (entry === undefined) throw new Error('the bundle brings no executable');
  const manifest = await readBounded(await bundle.open(entry.digest), 64 * 1024, entry.digest);
  const layer = manifestSchema.parse(JSON.parse(manifest.toString('utf8'))).layers[0];
  if (layer === undefined) throw new Error('the executable has no layer');
  await writeFile(target, await bundle.open(layer.digest));
}

/** The executable out of a bundle that was built for this run, as a site has it. @returns its path */
export async function unpackExecutable(path: string): Promise<string> {
  await takeExecutable(`${path}.gz`);
  await pipeline(createReadStream(`${path}.gz`), createGunzip(), createWriteStream(path, { mode: 0o755 }));
  await rm(`${path}.gz`);
  return path;
}
