import { SealiftError } from '@sealift/core/errors';
import { artifactTypeOf, manifestSchema } from '@sealift/oci/descriptor';
import type { ImageSources, OpenSource } from '@sealift/oci/image-source';
import { packArtifactType, packLayer, packLimits, readPackArchive } from '@sealift/oci/pack-artifact';
import { readBounded } from '@sealift/oci/verify-stream';
import { type CollectedPack, describePack } from './collected-pack.ts';
import type { ContentSet } from './content-set.ts';

/** What a pack in a registry is named by. */
export const registryScheme = 'docker://';

const configLimitBytes = 64 * 1024;
const manifestLimitBytes = 4 * 1024 * 1024;

/**
 * Adds a pack as a registry holds it, digest for digest: `docker://registry.example/spectro-packs/archive/cni-calico:3.26.1`. Its
 * archive is read once to look into it, and streams out of the registry again when the bundle is written.
 *
 * @returns the pack, and where what is attached to it can be found
 *
 * @throws REGISTRY_*, PACK_ARTIFACT_INVALID, PACK_ARCHIVE_INVALID, MANIFEST_INVALID, INPUT_TOO_LARGE, CONTENT_*, CHART_INVALID
 */
export async function collectRegistryPack(
  content: ContentSet,
  source: string,
  sources: ImageSources,
): Promise<{ readonly pack: CollectedPack; readonly from: OpenSource }> {
  const { images, source: from } = await sources.open(source);
  const [found] = images;
  if (found === undefined) throw new TypeError('a registry gives one manifest, or fails');
  const { digest, mediaType } = found.descriptor;
  const bytes = await readBounded(await from.manifests.open(digest), manifestLimitBytes, source);
  const manifest = readManifest(bytes, digest);
  const layer = packLayer(manifest, source);
  // An archive never grows by being compressed, but for a few bytes.
  const limitBytes = 2 * packLimits.totalBytes;
  if (layer.size > limitBytes) throw new SealiftError('INPUT_TOO_LARGE', { values: { what: source, limitBytes } });
  const { blobs } = from;
  const read = await readPackArchive(await blobs.open(layer.digest), { place: source, charts: true });
  const config = await readBounded(await blobs.open(manifest.config.digest), configLimitBytes, source);
  content.addBytes(config, 'metadata', manifest.config.mediaType);
  content.addFrom(blobs, layer, 'content', true);
  const artifactType = artifactTypeOf(manifest) === packArtifactType ? packArtifactType : manifest.artifactType;
  const root = content.addBytes(bytes, 'metadata', mediaType);
  const pack: CollectedPack = {
    ...(await describePack(read.pack, read)),
    descriptor: artifactType === undefined ? root : { ...root, artifactType },
    sizeBytes: root.size + config.byteLength + layer.size,
    source,
  };
  return { pack, from };
}

function readManifest(bytes: Buffer, digest: string) {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    const reason = 'it is not an OCI image manifest';
    throw new SealiftError('MANIFEST_INVALID', { values: { digest, reason }, cause: error });
  }
}
