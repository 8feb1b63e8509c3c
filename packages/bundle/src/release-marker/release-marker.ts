import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { parseRelease, type Release } from '@sealift/core/release';
import type { ContentSource } from '@sealift/oci/content';
import { type Descriptor, type Manifest, manifestSchema } from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
import type { RegistryClient } from '@sealift/oci/registry-client';
import { readBounded, verified } from '@sealift/oci/verify-stream';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import type { PublicKey, SecretKey } from '../minisign/keys.ts';
import { maxSignatureBytes, sign, startPrehash, verify } from '../minisign/signature.ts';

/** A release whose marker was read and whose signature was verified. */
export interface VerifiedRelease {
  readonly release: Release;
  /** Of the marker's manifest; this is what a plan pins. */
  readonly digest: Digest;
  readonly keyId: string;
  readonly key: PublicKey;
  readonly trustedComment: string;
}

/** Where a marker can be read from. Its manifest and its blobs may be in different places, as in a registry. */
export interface MarkerSource {
  manifest(digest: Digest): Promise<Uint8Array>;
  blob(digest: Digest): Promise<AsyncIterable<Uint8Array>>;
}

/** A release of 10,000 images stays below this. */
const maxReleaseBytes = 8 * 1024 * 1024;
const maxManifestBytes = 64 * 1024;

/** Markers in a registry's catalogue repository. */
export function markersInRegistry(client: RegistryClient, repository: string): MarkerSource {
  return {
    manifest: async (digest) => (await client.getManifest(repository, digest)).bytes,
    blob: (digest) => client.openBlob(repository, digest),
  };
}

/** Markers in a layout, such as the one in a bundle. */
export function markersInContent(source: ContentSource): MarkerSource {
  return {
    manifest: async (digest) => await readBounded(await source.open(digest), maxManifestBytes, digest),
    blob: (digest) => source.open(digest),
  };
}

/** The two files that a release marker carries: `release.json` as canonical JSON, and its signature. */
export function makeReleaseFiles(
  release: Release,
  secretKey: SecretKey,
): { readonly json: Buffer; readonly signature: Buffer } {
  const json = Buffer.from(canonicalJson(release));
  const { product, version } = release.metadata;
  const signature = sign(secretKey, startPrehash().update(json), `release ${product} ${version}`);
  return { json, signature: Buffer.from(signature) };
}

/**
 * Reads a release marker and verifies its signature against the trusted keys. Nothing of it is looked into before.
 *
 * @throws RELEASE_MARKER_INVALID, SIGNATURE_*, INPUT_TOO_LARGE, and what reading the source throws
 */
export async function readReleaseMarker(
  source: MarkerSource,
  digest: Digest,
  trustedKeys: readonly PublicKey[],
): Promise<VerifiedRelease> {
  const manifest = await readManifest(source, digest);
  const [jsonLayer, signatureLayer] = manifest.layers;
  if (
    manifest.artifactType !== artifactTypes.release ||
    manifest.layers.length !== 2 ||
    jsonLayer?.mediaType !== layerTypes.releaseJson ||
    signatureLayer?.mediaType !== layerTypes.signature
  ) {
    throw invalid(digest, `it is not an artifact of type ${artifactTypes.release} with its two layers`);
  }
  const json = await readLayer(source, jsonLayer, maxReleaseBytes);
  const signature = (await readLayer(source, signatureLayer, maxSignatureBytes)).toString('latin1');
  const what = `release marker ${digest}`;
  const { key, trustedComment } = verify({ signature, prehash: startPrehash().update(json), trustedKeys, what });
  return { release: canonicalRelease(json.toString('utf8'), digest), digest, keyId: key.keyId, key, trustedComment };
}

function canonicalRelease(text: string, digest: Digest): Release {
  const release = parseRelease(text, `release marker ${digest}`);
  if (canonicalJson(release) !== text) throw invalid(digest, 'release.json is not canonical JSON');
  return release;
}

async function readManifest(source: MarkerSource, digest: Digest): Promise<Manifest> {
  const bytes = await readBounded(verified([await source.manifest(digest)], { digest }), maxManifestBytes, digest);
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw invalid(digest, 'its manifest is not an OCI manifest');
  }
}

async function readLayer(source: MarkerSource, layer: Descriptor, limitBytes: number): Promise<Buffer> {
  if (layer.size > limitBytes) {
    throw new SealiftError('INPUT_TOO_LARGE', { values: { what: layer.digest, limitBytes } });
  }
  const { digest, size } = layer;
  return await readBounded(verified(await source.blob(digest), { digest, size }), limitBytes, digest);
}

function invalid(what: string, reason: string): SealiftError {
  return new SealiftError('RELEASE_MARKER_INVALID', { values: { what, reason } });
}
