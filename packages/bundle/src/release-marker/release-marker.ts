import { canonicalJson } from '@sealift/core/canonical-json';
import { parseRelease, type Release } from '@sealift/core/release';
import type { Digest } from '@sealift/oci/digest';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import type { PublicKey, SecretKey } from '../minisign/keys.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { type MarkerForm, markerInvalid, type MarkerSource, readMarker, readSigned } from './marker-source.ts';

/** A release whose marker was read and whose signature was verified. */
export interface VerifiedRelease {
  readonly release: Release;
  /** Of the marker's manifest; this is what a plan pins. */
  readonly digest: Digest;
  readonly keyId: string;
  readonly key: PublicKey;
  readonly trustedComment: string;
}

const form: MarkerForm = {
  what: 'release marker',
  artifactType: artifactTypes.release,
  jsonType: layerTypes.releaseJson,
};

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
  const { text, key, trustedComment } = await readSigned(source, digest, form, trustedKeys);
  const release = parseRelease(text, `${form.what} ${digest}`);
  if (canonicalJson(release) !== text) throw markerInvalid(digest, 'release.json is not canonical JSON');
  return { release, digest, keyId: key.keyId, key, trustedComment };
}

/**
 * Reads a release that is pinned already by the digest of its marker, in a plan that was made from the signed release and approved. Every
 * byte is checked against that digest; whether its key is still trusted is not asked again.
 *
 * @throws RELEASE_MARKER_INVALID, RELEASE_INVALID, CONTENT_*, INPUT_TOO_LARGE, and what reading the source throws
 */
export async function readPinnedRelease(source: MarkerSource, digest: Digest): Promise<Release> {
  const { json } = await readMarker(source, digest, form);
  return parseRelease(json.toString('utf8'), `${form.what} ${digest}`);
}
