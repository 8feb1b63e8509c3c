import { SealiftError } from '@sealift/core/errors';
import { nodeImagesOf, type Release, type ReleasedNodeImage } from '@sealift/core/release';
import { packTag, releaseTag } from '@sealift/oci/reference';
import { artifactTypes } from '../artifact/artifact-types.ts';
import type { Bundle } from '../read/open-bundle.ts';
import { markersInContent } from '../release-marker/marker-source.ts';
import { readPackMarker, type VerifiedPack } from '../release-marker/pack-marker.ts';
import type { VerifiedRelease } from '../release-marker/release-marker.ts';

/** What a marker pins, and the marker's own tag. */
export interface PinnedContent {
  readonly packs: Release['spec']['packs'];
  readonly images: Release['spec']['images'];
  readonly nodeImages: readonly ReleasedNodeImage[];
  readonly tools?: Release['spec']['tools'];
  readonly markerTag: string;
}

/** Everything that a release, or a pack released by itself, consists of. */
export function pinnedBy(verified: VerifiedRelease | VerifiedPack): PinnedContent {
  if ('packRelease' in verified) {
    const { pack, images } = verified.packRelease;
    return { packs: [pack], images, nodeImages: [], markerTag: packTag(pack.name, pack.version) };
  }
  const { metadata, spec } = verified.release;
  const { packs, images, tools } = spec;
  const markerTag = releaseTag(metadata.product, metadata.version);
  return { packs, images, nodeImages: nodeImagesOf(spec), tools, markerTag };
}

/**
 * Finds the pack marker of a pack bundle and verifies it with the key that signed the bundle.
 *
 * @throws BUNDLE_CONTENT_MISSING, RELEASE_MARKER_INVALID, SIGNATURE_*
 */
export async function readBundlePack(bundle: Bundle): Promise<VerifiedPack> {
  const markers = bundle.index.manifests.filter(({ artifactType }) => artifactType === artifactTypes.packRelease);
  const [marker] = markers;
  if (marker === undefined || markers.length > 1) {
    throw new SealiftError('BUNDLE_CONTENT_MISSING', { values: { path: bundle.path, what: 'one pack marker' } });
  }
  const verified = await readPackMarker(markersInContent(bundle), marker.digest, [bundle.key]);
  const { name, version } = verified.packRelease.pack;
  if (name !== bundle.manifest.product || version !== bundle.manifest.version) {
    const reason = `it is of ${name} ${version}, in a bundle of ${bundle.manifest.product} ${bundle.manifest.version}`;
    throw new SealiftError('RELEASE_MARKER_INVALID', { values: { what: marker.digest, reason } });
  }
  return verified;
}
