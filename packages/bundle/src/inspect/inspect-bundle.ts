import type { Release } from '@sealift/core/release';
import type { Descriptor } from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
import { refNameAnnotation } from '@sealift/oci/layout';
import { packArtifactType } from '@sealift/oci/pack-artifact';
import { artifactTypes, packSchemasAnnotation } from '../artifact/artifact-types.ts';
import type { Differential } from '../differential/section.ts';
import type { PublicKey } from '../minisign/keys.ts';
import type { Bundle } from '../read/open-bundle.ts';
import { markersInContent } from '../release-marker/marker-source.ts';
import { readPackMarker } from '../release-marker/pack-marker.ts';
import { readReleaseMarker } from '../release-marker/release-marker.ts';
import { type Attachment, lookAtEntry } from './look-at-entry.ts';

/** Who signed what. */
export interface InspectedSignature {
  readonly what: string;
  readonly key: PublicKey;
  readonly trustedComment: string;
}

export interface InspectedPack {
  /** `<name>:<version>` */
  readonly name: string;
  readonly digest: Digest;
  readonly layer?: string;
  readonly sizeBytes?: number;
  /** Files of the pack that describe its values; undefined where the bundle does not record them. */
  readonly schemas?: readonly string[];
}

export interface InspectedImage {
  readonly name: string;
  readonly digest: Digest;
  /** Such as `linux/amd64`. */
  readonly platforms: readonly string[];
  readonly sizeBytes?: number;
}

/** Anything else that the index names: executables, tools, node images. */
export interface InspectedArtifact {
  readonly kind: 'executable' | 'tool' | 'node-image';
  readonly name: string;
  readonly digest: Digest;
}

/** What a bundle holds. */
export interface Inspection {
  readonly signatures: readonly InspectedSignature[];
  readonly releases: readonly Release[];
  readonly packs: readonly InspectedPack[];
  readonly images: readonly InspectedImage[];
  readonly artifacts: readonly InspectedArtifact[];
  readonly attachments: readonly Attachment[];
  readonly differential?: Differential;
}

const kinds: Readonly<Record<string, InspectedArtifact['kind']>> = {
  [artifactTypes.executable]: 'executable',
  [artifactTypes.tool]: 'tool',
  [artifactTypes.nodeImage]: 'node-image',
};

/**
 * Says what a bundle holds, from its manifests alone: what is read grows with the number of images, not with their size.
 *
 * @throws BUNDLE_CONTENT_MISSING, MANIFEST_INVALID, RELEASE_MARKER_INVALID, SIGNATURE_*, CONTENT_*
 */
export async function inspectBundle(bundle: Bundle): Promise<Inspection> {
  const { manifest, key, trustedComment, index } = bundle;
  const signatures: InspectedSignature[] = [{ what: 'the bundle', key, trustedComment }];
  const releases: Release[] = [];
  const markers = index.manifests.filter(({ artifactType }) => artifactType === artifactTypes.release);
  for (const { digest } of markers) {
    const marker = await readReleaseMarker(markersInContent(bundle), digest, [key]);
    const { product, version } = marker.release.metadata;
    signatures.push({
      what: `the release ${product} ${version}`,
      key: marker.key,
      trustedComment: marker.trustedComment,
    });
    releases.push(marker.release);
  }
  for (const { artifactType, digest } of index.manifests) {
    if (artifactType !== artifactTypes.packRelease) continue;
    const { packRelease, ...marker } = await readPackMarker(markersInContent(bundle), digest, [key]);
    const what = `the pack ${packRelease.pack.name} ${packRelease.pack.version}`;
    signatures.push({ what, key: marker.key, trustedComment: marker.trustedComment });
  }
  const packs: InspectedPack[] = [];
  const images: InspectedImage[] = [];
  const artifacts: InspectedArtifact[] = [];
  const attachments: Attachment[] = [];
  /** What attachments may be about, by digest. */
  const subjects = new Map<string, Pick<Attachment, 'subject' | 'platform'>>();
  for (const entry of index.manifests) {
    const { artifactType = '', digest } = entry;
    const name = entry.annotations?.[refNameAnnotation];
    const kind = Object.hasOwn(kinds, artifactType) ? kinds[artifactType] : undefined;
    if (artifactType === artifactTypes.release || artifactType === artifactTypes.packRelease) continue;
    if (artifactType === packArtifactType) packs.push(describePack(entry, name ?? digest, releases));
    else if (kind !== undefined) artifacts.push({ kind, name: name ?? digest, digest });
    else {
      const look = await lookAtEntry(bundle, entry, name);
      attachments.push(...look.attachments);
      if (look.platforms.length === 0) continue;
      const image = describeImage(entry, name ?? digest, look.platforms, releases);
      images.push(image);
      for (const [part, platform] of look.parts) subjects.set(part, { subject: image.name, platform });
    }
  }
  for (const { digest, name } of [...packs, ...images]) subjects.set(digest, { subject: name });
  const { differential } = manifest;
  return {
    signatures,
    releases,
    packs,
    images,
    artifacts,
    attachments: attachments.map((one) => ({ ...one, ...subjects.get(one.subject ?? '') })),
    ...(differential === undefined ? {} : { differential }),
  };
}

function describePack(
  { digest, annotations }: Descriptor,
  refName: string,
  releases: readonly Release[],
): InspectedPack {
  const recorded = annotations?.[packSchemasAnnotation];
  const schemas = recorded === undefined ? {} : { schemas: recorded.split(' ').filter((name) => name !== '') };
  const pinned = releases.flatMap(({ spec }) => spec.packs).find((pack) => pack.digest === digest);
  if (pinned === undefined) return { name: refName.slice(refName.lastIndexOf('/') + 1), digest, ...schemas };
  const { name, version, layer, sizeBytes } = pinned;
  return { name: `${name}:${version}`, digest, layer, sizeBytes, ...schemas };
}

function describeImage(
  { digest }: Descriptor,
  name: string,
  platforms: readonly string[],
  releases: readonly Release[],
): InspectedImage {
  const pinned = releases.flatMap(({ spec }) => spec.images).find((image) => image.digest === digest);
  return { name, digest, platforms, ...(pinned === undefined ? {} : { sizeBytes: pinned.sizeBytes }) };
}
