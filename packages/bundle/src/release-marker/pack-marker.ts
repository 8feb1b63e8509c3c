import { canonicalJson } from '@sealift/core/canonical-json';
import { type PackRelease, parsePackRelease } from '@sealift/core/release';
import type { Digest } from '@sealift/oci/digest';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import type { PublicKey, SecretKey } from '../minisign/keys.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { type MarkerForm, markerInvalid, type MarkerSource, readSigned } from './marker-source.ts';

/** A pack of a pack bundle whose marker was read and whose signature was verified. */
export interface VerifiedPack {
  readonly packRelease: PackRelease;
  /** Of the marker's manifest. */
  readonly digest: Digest;
  readonly keyId: string;
  readonly key: PublicKey;
  readonly trustedComment: string;
}

const form: MarkerForm = {
  what: 'pack marker',
  artifactType: artifactTypes.packRelease,
  jsonType: layerTypes.packReleaseJson,
};

/** The two files that a pack marker carries: `pack-release.json` as canonical JSON, and its signature. */
export function makePackReleaseFiles(
  packRelease: PackRelease,
  secretKey: SecretKey,
): { readonly json: Buffer; readonly signature: Buffer } {
  const json = Buffer.from(canonicalJson(packRelease));
  const { name, version } = packRelease.pack;
  const signature = sign(secretKey, startPrehash().update(json), `pack ${name} ${version}`);
  return { json, signature: Buffer.from(signature) };
}

/**
 * Reads a pack marker and verifies its signature against the trusted keys. Nothing of it is looked into before.
 *
 * @throws RELEASE_MARKER_INVALID, RELEASE_INVALID, SIGNATURE_*, INPUT_TOO_LARGE, and what reading the source throws
 */
export async function readPackMarker(
  source: MarkerSource,
  digest: Digest,
  trustedKeys: readonly PublicKey[],
): Promise<VerifiedPack> {
  const { text, key, trustedComment } = await readSigned(source, digest, form, trustedKeys);
  const packRelease = parsePackRelease(text, `${form.what} ${digest}`);
  if (canonicalJson(packRelease) !== text) throw markerInvalid(digest, 'pack-release.json is not canonical JSON');
  return { packRelease, digest, keyId: key.keyId, key, trustedComment };
}
