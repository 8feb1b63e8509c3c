import { SealiftError } from '@sealift/core/errors';
import type { ReleaseFile } from '@sealift/core/release';
import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
import type { ImageSources, NamedImage, OpenSource } from '@sealift/oci/image-source';
import { forEachBounded } from '@sealift/oci/pool';
import { formatReference, parseReference } from '@sealift/oci/reference';
import { type Tree, walk } from '@sealift/oci/walk';
import type { Subject } from './subject.ts';
import type { ContentSet } from './content-set.ts';

/** An image that the bundle will hold. */
export interface CollectedImage {
  /** Its full original reference, such as `docker.io/library/busybox:1.36`. */
  readonly name: string;
  readonly descriptor: Descriptor;
  /** Of the image with everything it names, each blob once. */
  readonly sizeBytes: number;
  /** Of its manifest and of all below it: an image may be named by any. */
  readonly manifests: ReadonlySet<Digest>;
  /** As the release file names it. */
  readonly source: string;
}

/** Questions to a registry at a time. */
const concurrency = 8;
/** Layers of OCI, Docker and helm. What is small and no layer stands in front: configurations, SBOMs, attestations. */
const layerType = /\.layer\.|\.diff\.|[.+]tar/;
const metadataLimitBytes = 4 * 1024 * 1024;
const imageTypes: readonly string[] = [
  mediaTypes.manifest,
  mediaTypes.index,
  mediaTypes.dockerManifest,
  mediaTypes.dockerIndex,
];

/**
 * Adds the images of every source to the set, an index with everything below it. Manifests are read now, blobs when the bundle is
 * written; that each blob is there, in the size that its manifest says, is asked now.
 *
 * @throws BUNDLE_SOURCE_*, BUNDLE_CONFLICT, LAYOUT_INVALID, IMAGE_ARCHIVE_INVALID, MANIFEST_INVALID, CONTENT_MISSING, REFERENCE_INVALID,
 *   REGISTRY_*
 */
export async function collectImages(
  content: ContentSet,
  wanted: ReleaseFile['spec']['content']['images'],
  sources: ImageSources,
  onSource?: () => void,
): Promise<{ readonly images: readonly CollectedImage[]; readonly subjects: readonly Subject[] }> {
  const images = new Map<string, CollectedImage>();
  const subjects: Subject[] = [];
  for (const one of wanted) {
    const { source, name } = typeof one === 'string' ? { source: one, name: undefined } : one;
    const opened = await sources.open(source, name);
    for (const image of opened.images) {
      const other = images.get(image.name);
      if (other !== undefined && other.descriptor.digest !== image.descriptor.digest) {
        const values = { what: image.name, first: other.descriptor.digest, second: image.descriptor.digest };
        throw new SealiftError('BUNDLE_CONFLICT', { values, place: source });
      }
      const collected = other ?? (await collectImage(content, opened.source, image, source));
      images.set(image.name, collected);
      subjects.push({
        repository: repositoryOf(image.name),
        manifests: [...collected.manifests],
        from: opened.source,
        source,
        hasTags: true,
      });
    }
    onSource?.();
  }
  return { images: byName([...images.values()]), subjects };
}

/** Images with what is attached to them: what a source names itself counts first. @throws BUNDLE_CONFLICT */
export function withAttached(
  images: readonly CollectedImage[],
  attached: readonly CollectedImage[],
): readonly CollectedImage[] {
  const all = new Map(images.map((image) => [image.name, image]));
  for (const image of attached) {
    const { name, descriptor, source } = image;
    const other = all.get(name);
    if (other !== undefined && other.descriptor.digest !== descriptor.digest) {
      const values = { what: name, first: other.descriptor.digest, second: descriptor.digest };
      throw new SealiftError('BUNDLE_CONFLICT', { values, place: source });
    }
    all.set(name, other ?? image);
  }
  return byName([...all.values()]);
}

function byName(images: readonly CollectedImage[]): readonly CollectedImage[] {
  return images.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function repositoryOf(name: string): string {
  const { registry, repository } = parseReference(name);
  return formatReference({ registry, repository });
}

/** Adds one image. @throws MANIFEST_INVALID, CONTENT_MISSING, REGISTRY_* */
export async function collectImage(
  content: ContentSet,
  from: OpenSource,
  { name, descriptor }: NamedImage,
  source: string,
): Promise<CollectedImage> {
  const { digest, mediaType, size } = descriptor;
  if (!imageTypes.includes(mediaType)) throw invalid(digest, `its media type ${mediaType} is not that of an image`);
  const tree = await walk(from.manifests, digest, mediaType);
  if (tree.root.bytes.byteLength !== size) {
    throw invalid(digest, `it is ${tree.root.bytes.byteLength} bytes long, and its descriptor says ${size}`);
  }
  await addTree(content, from, tree);
  const manifests = [tree.root, ...tree.children];
  const sizes = [...manifests.map(({ bytes }) => bytes.byteLength), ...tree.blobs.map((blob) => blob.size)];
  return {
    name,
    descriptor: { mediaType, digest, size },
    sizeBytes: sizes.reduce((total, bytes) => total + bytes, 0),
    manifests: new Set(manifests.map((manifest) => manifest.digest)),
    source,
  };
}

/** Adds a manifest, and everything below it. @throws MANIFEST_INVALID, CONTENT_MISSING, REGISTRY_* */
export async function addTree(content: ContentSet, { blobs, remote }: OpenSource, tree: Tree): Promise<void> {
  for (const { bytes, mediaType } of [tree.root, ...tree.children]) content.addBytes(bytes, 'metadata', mediaType);
  await forEachBounded(tree.blobs, concurrency, async (blob) => {
    const { digest, size } = blob;
    const role = size > metadataLimitBytes || layerType.test(blob.mediaType) ? 'content' : 'metadata';
    if (content.has(blob, role, remote)) return;
    const found = await blobs.size(digest);
    if (found === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest } });
    if (found !== size) throw invalid(digest, `it is ${found} bytes long, and its descriptor says ${size}`);
    content.addFrom(blobs, blob, role, remote);
  });
}

function invalid(digest: Digest, reason: string): SealiftError {
  return new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
}
