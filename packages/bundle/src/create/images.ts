import { resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import type { ContentSource } from '@sealift/oci/content';
import { type Descriptor, indexSchema, manifestSchema, mediaTypes } from '@sealift/oci/descriptor';
import { type Layout, openLayout, refNameAnnotation } from '@sealift/oci/layout';
import { formatReference, parseReference } from '@sealift/oci/reference';
import { readBounded } from '@sealift/oci/verify-stream';
import type { z } from 'zod';
import type { ContentSet } from './content-set.ts';

/** An image that the bundle will hold. */
export interface CollectedImage {
  /** Its full original reference, such as `docker.io/library/busybox:1.36`. */
  readonly name: string;
  readonly descriptor: Descriptor;
  /** Of the image with everything it names, each blob once. */
  readonly sizeBytes: number;
}

const maxManifestBytes = 4 * 1024 * 1024;
const maxDepth = 4;

/**
 * Adds the images of every source to the set: `oci:FOLDER` for all named images of an OCI layout, `oci:FOLDER:NAME` for one.
 *
 * @throws BUNDLE_SOURCE_UNSUPPORTED, BUNDLE_CONFLICT, LAYOUT_INVALID, MANIFEST_INVALID, CONTENT_MISSING, REFERENCE_INVALID
 */
export async function collectImages(
  content: ContentSet,
  sources: readonly string[],
  folder: string,
): Promise<readonly CollectedImage[]> {
  const images = new Map<string, CollectedImage>();
  for (const source of sources) {
    for (const image of await imagesOf(content, source, folder)) {
      const other = images.get(image.name);
      if (other !== undefined && other.descriptor.digest !== image.descriptor.digest) {
        const values = { what: image.name, first: other.descriptor.digest, second: image.descriptor.digest };
        throw new SealiftError('BUNDLE_CONFLICT', { values, place: source });
      }
      images.set(image.name, image);
    }
  }
  return [...images.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** An image reference in its full form. */
export function fullName(reference: string): string {
  return formatReference(parseReference(reference));
}

async function imagesOf(content: ContentSet, source: string, folder: string): Promise<CollectedImage[]> {
  const [, path, only] = /^oci:([^:]+)(?::(.+))?$/.exec(source) ?? [];
  if (path === undefined) throw new SealiftError('BUNDLE_SOURCE_UNSUPPORTED', { values: { source }, place: source });
  const layout = await openLayout(resolve(folder, path));
  const entries = layout.index.manifests.filter(
    ({ annotations }) => only === undefined || annotations?.[refNameAnnotation] === only,
  );
  if (entries.length === 0) {
    const reason = only === undefined ? 'it holds no image' : `it holds no image named ${only}`;
    throw new SealiftError('LAYOUT_INVALID', { values: { reason }, place: source });
  }
  const images: CollectedImage[] = [];
  for (const entry of entries) images.push(await collectImage(content, layout, entry, source));
  return images;
}

async function collectImage(content: ContentSet, layout: Layout, entry: Descriptor, source: string) {
  const refName = entry.annotations?.[refNameAnnotation];
  if (refName === undefined) {
    const reason = `the image ${entry.digest} has no ${refNameAnnotation}`;
    throw new SealiftError('LAYOUT_INVALID', { values: { reason }, place: source });
  }
  const sizes = new Map<string, number>();
  await addTree(content, layout, entry, sizes, 0);
  const { mediaType, digest, size } = entry;
  const sizeBytes = [...sizes.values()].reduce((total, bytes) => total + bytes, 0);
  return { name: fullName(refName), descriptor: { mediaType, digest, size }, sizeBytes };
}

/** Adds a manifest or index with everything below it. */
async function addTree(
  content: ContentSet,
  source: ContentSource,
  descriptor: Descriptor,
  sizes: Map<string, number>,
  depth: number,
): Promise<void> {
  if (depth > maxDepth) throw invalid(descriptor, `indexes are nested deeper than ${maxDepth}`);
  if (sizes.has(descriptor.digest)) return;
  await addBlob(content, source, descriptor, 'metadata', sizes);
  const bytes = await readBounded(await source.open(descriptor.digest), maxManifestBytes, descriptor.digest);
  if (descriptor.mediaType === mediaTypes.index || descriptor.mediaType === mediaTypes.dockerIndex) {
    const index = parsed(indexSchema, bytes, descriptor);
    for (const child of index.manifests) await addTree(content, source, child, sizes, depth + 1);
    return;
  }
  if (descriptor.mediaType !== mediaTypes.manifest && descriptor.mediaType !== mediaTypes.dockerManifest) {
    throw invalid(descriptor, `its media type ${descriptor.mediaType} is not that of an image`);
  }
  const manifest = parsed(manifestSchema, bytes, descriptor);
  await addBlob(content, source, manifest.config, 'metadata', sizes);
  for (const layer of manifest.layers) await addBlob(content, source, layer, 'content', sizes);
}

async function addBlob(
  content: ContentSet,
  source: ContentSource,
  descriptor: Descriptor,
  role: 'metadata' | 'content',
  sizes: Map<string, number>,
): Promise<void> {
  const { digest, size } = descriptor;
  const found = await source.size(digest);
  if (found === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest } });
  if (found !== size) throw invalid(descriptor, `it is ${found} bytes long, and its descriptor says ${size}`);
  sizes.set(digest, size);
  content.addFrom(source, descriptor, role);
}

function parsed<Schema extends z.ZodType>(schema: Schema, bytes: Buffer, descriptor: Descriptor): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw invalid(descriptor, error instanceof SyntaxError ? 'it is not JSON' : 'it does not match the OCI image-spec');
  }
}

function invalid(descriptor: Descriptor, reason: string): SealiftError {
  return new SealiftError('MANIFEST_INVALID', { values: { digest: descriptor.digest, reason } });
}
