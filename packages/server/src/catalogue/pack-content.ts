import { SealiftError } from '@sealift/core/errors';
import { type Descriptor, type Manifest, manifestSchema } from '@sealift/oci/descriptor';
import { type Digest, parseDigest } from '@sealift/oci/digest';
import { type PackContent, packLayer, packLimits, readPackArchive } from '@sealift/oci/pack-artifact';
import { packReference } from '@sealift/oci/reference';
import type { ContentReader } from '@sealift/oci/registry-client';

/** An archive never grows by being compressed, but for a few bytes. */
export const archiveLimitBytes = 2 * packLimits.totalBytes;

/** A pack as a release pins it. */
export interface PinnedPack {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

/** A pack's texts, and the digest of the archive they came out of. */
export interface FetchedPack {
  readonly content: PackContent;
  readonly archiveDigest: Digest;
}

/** Where packs can be read from: a registry, or the folder of one. */
export interface PackSource {
  /** The bytes of a manifest, compared with its digest. */
  manifest(repository: string, digest: Digest): Promise<Buffer>;
  /** An archive, whose bytes are compared with its digest, or will be while they are read. */
  archive(repository: string, layer: Descriptor): Promise<AsyncIterable<Uint8Array> | Uint8Array>;
}

/**
 * Reads a pack by the digest that a release pins, its charts only where they are asked for. Every byte is checked on the way: the manifest
 * against that digest, the archive against the manifest; nothing is taken from a table.
 *
 * @throws CONTENT_*, REGISTRY_*, MANIFEST_INVALID, PACK_ARTIFACT_INVALID, PACK_ARCHIVE_INVALID, PACK_INVALID, INPUT_TOO_LARGE
 */
export async function readPack(
  source: PackSource,
  base: string,
  pinned: PinnedPack,
  { charts = false }: { readonly charts?: boolean } = {},
): Promise<FetchedPack> {
  const { name, version } = pinned;
  const { repository } = packReference(base, name, version);
  const digest = parseDigest(pinned.digest);
  const layer = packLayer(parseManifest(await source.manifest(repository, digest), digest), `${repository}@${digest}`);
  if (layer.size > archiveLimitBytes) {
    const values = { what: `pack ${name} ${version}`, limitBytes: archiveLimitBytes };
    throw new SealiftError('INPUT_TOO_LARGE', { values });
  }
  const archive = await source.archive(repository, layer);
  const content = await readPackArchive(archive, { place: `${name}:${version}`, expected: { name, version }, charts });
  return { content, archiveDigest: layer.digest };
}

/** As `readPack`, out of a registry. */
export async function fetchPack(
  client: ContentReader,
  base: string,
  pinned: PinnedPack,
  options: { readonly charts?: boolean } = {},
): Promise<FetchedPack> {
  const source: PackSource = {
    manifest: async (repository, digest) => (await client.getManifest(repository, digest)).bytes,
    archive: (repository, { digest }) => client.openBlob(repository, digest),
  };
  return await readPack(source, base, pinned, options);
}

function parseManifest(bytes: Buffer, digest: Digest): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    const reason = 'it is not an OCI image manifest';
    throw new SealiftError('MANIFEST_INVALID', { values: { digest, reason }, cause: error });
  }
}
