import { SealiftError } from '@sealift/core/errors';
import { type Manifest, manifestSchema } from '@sealift/oci/descriptor';
import { type Digest, parseDigest } from '@sealift/oci/digest';
import { type PackContent, packLayer, packLimits, readPackArchive } from '@sealift/oci/pack-artifact';
import { packReference } from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';

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

/**
 * Reads a pack out of the registry, its charts only where they are asked for, by the digest that a release pins. Every byte is checked on the way: the manifest against that
 * digest, the archive against the manifest; nothing is taken from a table.
 *
 * @throws CONTENT_*, REGISTRY_*, MANIFEST_INVALID, PACK_ARTIFACT_INVALID, PACK_ARCHIVE_INVALID, PACK_INVALID, INPUT_TOO_LARGE
 */
export async function fetchPack(
  client: RegistryClient,
  base: string,
  pinned: PinnedPack,
  { charts = false }: { readonly charts?: boolean } = {},
): Promise<FetchedPack> {
  const { name, version } = pinned;
  const { repository } = packReference(base, name, version);
  const digest = parseDigest(pinned.digest);
  const { bytes } = await client.getManifest(repository, digest);
  const layer = packLayer(parseManifest(bytes, digest), `${repository}@${digest}`);
  // An archive never grows by being compressed, but for a few bytes.
  const limitBytes = 2 * packLimits.totalBytes;
  if (layer.size > limitBytes) {
    throw new SealiftError('INPUT_TOO_LARGE', { values: { what: `pack ${name} ${version}`, limitBytes } });
  }
  const archive = await client.openBlob(repository, layer.digest);
  const content = await readPackArchive(archive, { place: `${name}:${version}`, expected: { name, version }, charts });
  return { content, archiveDigest: layer.digest };
}

function parseManifest(bytes: Buffer, digest: Digest): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    const reason = 'it is not an OCI image manifest';
    throw new SealiftError('MANIFEST_INVALID', { values: { digest, reason }, cause: error });
  }
}
