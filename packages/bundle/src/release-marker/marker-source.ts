import { SealiftError } from '@sealift/core/errors';
import type { ContentSource } from '@sealift/oci/content';
import { artifactTypeOf, type Descriptor, type Manifest, manifestSchema } from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
import type { ContentReader } from '@sealift/oci/registry-client';
import { readBounded, verified } from '@sealift/oci/verify-stream';
import { layerTypes } from '../artifact/artifact-types.ts';
import type { PublicKey } from '../minisign/keys.ts';
import { maxSignatureBytes, startPrehash, verify } from '../minisign/signature.ts';

/** Where a marker can be read from. Its manifest and its blobs may be in different places, as in a registry. */
export interface MarkerSource {
  manifest(digest: Digest): Promise<Uint8Array>;
  blob(digest: Digest): Promise<AsyncIterable<Uint8Array>>;
}

/** A release of 10,000 images stays below this. */
const maxJsonBytes = 8 * 1024 * 1024;
const maxManifestBytes = 64 * 1024;

/** Markers in a registry's catalogue repository. */
export function markersInRegistry(
  client: Pick<ContentReader, 'getManifest' | 'openBlob'>,
  repository: string,
): MarkerSource {
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

/** How a kind of marker looks: an artifact of two layers, what it says and its signature. */
export interface MarkerForm {
  /** For errors. */
  readonly what: string;
  readonly artifactType: string;
  readonly jsonType: string;
}

/** What a marker says, once its signature was verified. */
export interface SignedText {
  readonly text: string;
  readonly key: PublicKey;
  readonly trustedComment: string;
}

/**
 * Reads a marker and verifies its signature against the trusted keys. Nothing of it is looked into before.
 *
 * @throws RELEASE_MARKER_INVALID, SIGNATURE_*, INPUT_TOO_LARGE, and what reading the source throws
 */
export async function readSigned(
  source: MarkerSource,
  digest: Digest,
  form: MarkerForm,
  trustedKeys: readonly PublicKey[],
): Promise<SignedText> {
  const { json, signatureLayer } = await readMarker(source, digest, form);
  const signature = (await readLayer(source, signatureLayer, maxSignatureBytes)).toString('latin1');
  const prehash = startPrehash().update(json);
  const { key, trustedComment } = verify({ signature, prehash, trustedKeys, what: `${form.what} ${digest}` });
  return { text: json.toString('utf8'), key, trustedComment };
}

/** What a marker says, as its digest pins it, and where its signature is. @throws as `readSigned`, but for SIGNATURE_* */
export async function readMarker(
  source: MarkerSource,
  digest: Digest,
  { artifactType, jsonType }: MarkerForm,
): Promise<{ readonly json: Buffer; readonly signatureLayer: Descriptor }> {
  const manifest = await readManifest(source, digest);
  const [jsonLayer, signatureLayer] = manifest.layers;
  if (
    artifactTypeOf(manifest) !== artifactType ||
    manifest.layers.length !== 2 ||
    jsonLayer?.mediaType !== jsonType ||
    signatureLayer?.mediaType !== layerTypes.signature
  ) {
    throw markerInvalid(digest, `it is not an artifact of type ${artifactType} with its two layers`);
  }
  return { json: await readLayer(source, jsonLayer, maxJsonBytes), signatureLayer };
}

/** Says why a marker is none. */
export function markerInvalid(what: string, reason: string): SealiftError {
  return new SealiftError('RELEASE_MARKER_INVALID', { values: { what, reason } });
}

async function readManifest(source: MarkerSource, digest: Digest): Promise<Manifest> {
  const bytes = await readBounded(verified([await source.manifest(digest)], { digest }), maxManifestBytes, digest);
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw markerInvalid(digest, 'its manifest is not an OCI manifest');
  }
}

async function readLayer(source: MarkerSource, layer: Descriptor, limitBytes: number): Promise<Buffer> {
  if (layer.size > limitBytes) {
    throw new SealiftError('INPUT_TOO_LARGE', { values: { what: layer.digest, limitBytes } });
  }
  const { digest, size } = layer;
  return await readBounded(verified(await source.blob(digest), { digest, size }), limitBytes, digest);
}
