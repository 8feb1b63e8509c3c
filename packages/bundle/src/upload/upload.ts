import { SealiftError } from '@sealift/core/errors';
import type { Release } from '@sealift/core/release';
import type { ContentSource } from '@sealift/oci/content';
import type { Descriptor } from '@sealift/oci/descriptor';
import { type PushEvent, type PushItem, type PushResult, push } from '@sealift/oci/push';
import {
  catalogRepository,
  imageReference,
  nodeImageReference,
  packReference,
  releaseTag,
} from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { UploadJournal } from '@sealift/oci/upload-journal';
import { artifactTypes } from '../artifact/artifact-types.ts';
import { openDifferentialContent } from '../differential/differential-content.ts';
import type { Bundle } from '../read/open-bundle.ts';
import { markersInContent, readReleaseMarker, type VerifiedRelease } from '../release-marker/release-marker.ts';

/** A registry and the path below which things go. */
export interface UploadPlace {
  readonly client: RegistryClient;
  readonly base: string;
}

export interface UploadOptions {
  /** Verified as a whole before; each blob is hashed again while it is sent. */
  readonly bundle: Bundle;
  readonly packs: UploadPlace;
  readonly images: UploadPlace;
  readonly release: VerifiedRelease;
  readonly moveTags?: boolean;
  /** Where upload sessions are remembered, so that a run that was killed is gone on with. */
  readonly journal?: UploadJournal;
  /** What is being sent now, one call for each pack and image, in order. */
  readonly onItem?: (item: UploadItem) => void;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal;
}

/** One thing that an upload sends; the marker makes the release visible and comes last. */
export interface UploadItem {
  readonly kind: 'pack' | 'image' | 'node-image' | 'marker';
  readonly name: string;
}

/**
 * Finds the release marker of a bundle and verifies it with the key that signed the bundle.
 *
 * @throws BUNDLE_CONTENT_MISSING, RELEASE_MARKER_INVALID, SIGNATURE_*
 */
export async function readBundleRelease(bundle: Bundle): Promise<VerifiedRelease> {
  const markers = bundle.index.manifests.filter(({ artifactType }) => artifactType === artifactTypes.release);
  const [marker] = markers;
  if (marker === undefined || markers.length > 1) {
    throw new SealiftError('BUNDLE_CONTENT_MISSING', { values: { path: bundle.path, what: 'one release marker' } });
  }
  const verified = await readReleaseMarker(markersInContent(bundle), marker.digest, [bundle.key]);
  const { product, version } = verified.release.metadata;
  if (product !== bundle.manifest.product || version !== bundle.manifest.version) {
    const reason = `it is of ${product} ${version}, in a bundle of ${bundle.manifest.product} ${bundle.manifest.version}`;
    throw new SealiftError('RELEASE_MARKER_INVALID', { values: { what: marker.digest, reason } });
  }
  return verified;
}

/**
 * Sends a release from its bundle to the registries: packs, images, the node image, and last the release marker. What is
 * there already is not sent; until the marker's tag is put, nothing is visible.
 *
 * @throws BUNDLE_BASE_MISSING before anything is sent; REGISTRY_*, PUSH_CANCELLED, CONTENT_*, BUNDLE_CONTENT_MISSING
 */
export async function uploadRelease(options: UploadOptions): Promise<PushResult> {
  const planned = planUpload(options);
  const onEvent = (event: PushEvent): void => {
    if (event.kind === 'progress') options.onProgress?.(event.doneBytes, event.totalBytes);
    if (event.kind !== 'item-start') return;
    const started = planned[event.index];
    if (started !== undefined) options.onItem?.(started.item);
  };
  return await push({
    source: await contentOf(options),
    items: planned.map(({ push }) => push),
    onEvent,
    ...(options.moveTags === undefined ? {} : { moveTags: options.moveTags }),
    ...(options.journal === undefined ? {} : { journal: options.journal }),
    ...(options.cancel === undefined ? {} : { cancel: options.cancel }),
  });
}

/** All content of the release: of a differential bundle with what it builds on, once that has been found. */
async function contentOf({ bundle, packs, images }: UploadOptions): Promise<ContentSource> {
  const { differential } = bundle.manifest;
  return differential === undefined ? bundle : await openDifferentialContent(bundle, differential, { packs, images });
}

interface PlannedItem {
  readonly item: UploadItem;
  readonly push: PushItem;
}

/** Everything that the release pins, where it goes, in the order it is shown. */
function planUpload({ packs, images, release: verified }: UploadOptions): readonly PlannedItem[] {
  const { metadata, spec } = verified.release;
  const plan = (
    kind: UploadItem['kind'],
    name: string,
    { client }: UploadPlace,
    target: { readonly repository: string; readonly tag: string },
    digest: Release['spec']['packs'][number]['digest'],
  ): PlannedItem => ({
    item: { kind, name },
    push: { digest: digest as Descriptor['digest'], client, ...target, name },
  });
  const { nodeImage } = spec;
  const marker = { repository: catalogRepository(packs.base), tag: releaseTag(metadata.product, metadata.version) };
  return [
    ...spec.packs.map(({ name, version, digest }) =>
      plan('pack', `${name}:${version}`, packs, packReference(packs.base, name, version), digest),
    ),
    ...spec.images.map(({ name, digest }) => plan('image', name, images, imageReference(images.base, name), digest)),
    ...(nodeImage === undefined
      ? []
      : [plan('node-image', nodeImage.ova, packs, nodeImageReference(packs.base, nodeImage.ova), nodeImage.digest)]),
    plan('marker', marker.tag, packs, marker, verified.digest),
  ];
}
