import { SealiftError } from '@sealift/core/errors';
import type { Release } from '@sealift/core/release';
import type { Descriptor } from '@sealift/oci/descriptor';
import {
  findReferrers,
  type PushEvent,
  type ItemResult,
  type PushItem,
  type PushRequest,
  type PushResult,
  push,
} from '@sealift/oci/push';
import {
  catalogRepository,
  imageReference,
  nodeImageReference,
  packReference,
  toolReference,
} from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { UploadJournal } from '@sealift/oci/upload-journal';
import { artifactTypes } from '../artifact/artifact-types.ts';
import { openDifferentialContent } from '../differential/differential-content.ts';
import type { Bundle } from '../read/open-bundle.ts';
import { markersInContent } from '../release-marker/marker-source.ts';
import type { VerifiedPack } from '../release-marker/pack-marker.ts';
import { readReleaseMarker, type VerifiedRelease } from '../release-marker/release-marker.ts';
import { pinnedBy } from './pinned-content.ts';

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
  readonly release: VerifiedRelease | VerifiedPack;
  readonly moveTags?: boolean;
  /** Sends what can be sent when some of it can't; the release then stays invisible. */
  readonly continueOnError?: boolean;
  /** The most that goes to a registry in one request, in bytes. */
  readonly chunkBytes?: number;
  /** Where upload sessions are remembered, so that a run that was killed is gone on with. */
  readonly journal?: UploadJournal;
  /** What is being sent now, one call for each pack and image, in order. */
  readonly onItem?: (item: UploadItem) => void;
  /** A registry was busy or the line was cut; it is tried again. */
  readonly onRetry?: (retry: Extract<PushEvent, { kind: 'retry' }>) => void;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal;
}

/** One thing that an upload sends; the marker makes the release visible and comes last. */
export interface UploadItem {
  readonly kind: 'pack' | 'image' | 'node-image' | 'tool' | 'marker';
  readonly name: string;
}

/** What became of everything that an upload had to send. */
export interface UploadResult extends PushResult {
  readonly items: readonly (UploadItem & ItemResult)[];
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
 * Sends a release from its bundle to the registries: packs, images, the node image, what refers to them (signatures, SBOMs), and
 * last the release marker. What is there already is not sent; until the marker's tag is put, nothing is visible.
 *
 * @throws BUNDLE_BASE_MISSING before anything is sent; REGISTRY_*, PUSH_CANCELLED, CONTENT_*, BUNDLE_CONTENT_MISSING
 */
export async function uploadRelease(options: UploadOptions): Promise<UploadResult> {
  const { bundle, moveTags, continueOnError, chunkBytes, journal, cancel } = options;
  const planned = planUpload(options);
  const onEvent = (event: PushEvent): void => {
    if (event.kind === 'progress') options.onProgress?.(event.doneBytes, event.totalBytes);
    if (event.kind === 'retry') options.onRetry?.(event);
    if (event.kind !== 'item-start') return;
    const started = planned[event.index];
    if (started !== undefined) options.onItem?.(started.item);
  };
  const result = await push({
    ...contentOf(options),
    items: planned.map(({ push }) => push),
    referrers: await findReferrers(bundle, bundle.index.manifests),
    onEvent,
    ...(moveTags === undefined ? {} : { moveTags }),
    ...(continueOnError === undefined ? {} : { continueOnError }),
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
    ...(journal === undefined ? {} : { journal }),
    ...(cancel === undefined ? {} : { cancel }),
  });
  const items = planned.flatMap(({ item }, index) => {
    const outcome = result.items[index];
    return outcome === undefined ? [] : [{ ...outcome, ...item }];
  });
  return { ...result, items };
}

/** All content of the release: of a differential bundle with what it builds on, which is looked for before anything is sent. */
function contentOf({
  bundle,
  packs,
  images,
}: UploadOptions): Pick<PushRequest, 'source' | 'mountFrom' | 'beforeSending'> {
  const { differential } = bundle.manifest;
  if (differential === undefined) return { source: bundle };
  const { source, mountFrom, checkBase } = openDifferentialContent(bundle, differential, { packs, images });
  return { source, mountFrom, beforeSending: checkBase };
}

interface PlannedItem {
  readonly item: UploadItem;
  readonly push: PushItem;
}

/** Everything that the marker pins, where it goes, in the order it is shown. */
function planUpload({ packs, images, release: verified }: UploadOptions): readonly PlannedItem[] {
  const pinned = pinnedBy(verified);
  const plan = (
    kind: UploadItem['kind'],
    name: string,
    { client }: UploadPlace,
    target: { readonly repository: string; readonly tag: string; readonly spareTag?: string },
    digest: Release['spec']['packs'][number]['digest'],
  ): PlannedItem => ({
    item: { kind, name },
    push: {
      digest: digest as Descriptor['digest'],
      client,
      ...target,
      name,
      ...(kind === 'marker' ? { requiresAll: true } : {}),
    },
  });
  const { tools = [] } = pinned;
  const marker = { repository: catalogRepository(packs.base), tag: pinned.markerTag };
  return [
    ...pinned.packs.map(({ name, version, digest }) =>
      plan('pack', `${name}:${version}`, packs, packReference(packs.base, name, version), digest),
    ),
    ...pinned.images.map(({ name, digest }) =>
      plan('image', name, images, imagePlace(images.base, name, digest), digest),
    ),
    ...pinned.nodeImages.map(({ ova, digest }) =>
      plan('node-image', ova, packs, nodeImageReference(packs.base, ova), digest),
    ),
    ...tools.map((tool) =>
      plan('tool', `${tool.name} for ${tool.platform}`, packs, toolReference(packs.base, tool), tool.digest),
    ),
    plan('marker', marker.tag, packs, marker, verified.digest),
  ];
}

/** Another release that is needed may keep the tag for other content: by its digest an image is pulled all the same. */
function imagePlace(base: string, name: string, digest: string) {
  const { repository, tag } = imageReference(base, name);
  return { repository, tag, spareTag: digest.replace('sha256:', 'digest-') };
}
