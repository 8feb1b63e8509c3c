import type { ContentSource } from '../content.ts';
import { type Descriptor, type Index, indexSchema, mediaTypes } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { refNameAnnotation } from '../layout.ts';
import { findReferrers } from '../push/referrers.ts';
import { manifestLimitBytes } from '../registry-client/client.ts';
import { readBounded } from '../verify-stream.ts';
import { readAttachmentTag } from './attachment-tags.ts';
import type { ImageSource, SourceImage, TaggedManifest } from './image-source.ts';

/** What containerd and Docker call an image in a layout; beside it the usual annotation holds only the tag. */
const containerdNameAnnotation = 'io.containerd.image.name';

/**
 * Tells the entries of a layout's index apart: images; what refers to one by `subject`, listed itself or under the tag that stands
 * for the referrers of a subject; what cosign keeps under a bare tag; and parts of an image that have no name of their own.
 *
 * @throws CONTENT_DIGEST_MISMATCH
 */
export async function readEntries(
  { manifests: entries }: Index,
  content: ContentSource,
): Promise<Pick<ImageSource, 'images' | 'referrersOf' | 'taggedFor'>> {
  const tagged = new Map<Digest, TaggedManifest[]>();
  const images: SourceImage[] = [];
  const parts = new Set<Digest>();
  const candidates: Descriptor[] = [];
  for (const entry of entries) {
    const image = imageOf(entry);
    const attached = readAttachmentTag(image.name ?? '');
    const children = await childrenOf(entry, content);
    for (const child of children) parts.add(child.digest);
    if (attached?.isList === true && children.length > 0 && attached.subject !== entry.digest) {
      candidates.push(...children);
    } else if (attached?.isList === false && attached.isBare) {
      const { tag } = attached;
      tagged.set(attached.subject, [...(tagged.get(attached.subject) ?? []), { tag, descriptor: image.descriptor }]);
    } else {
      images.push(image);
      candidates.push(entry);
    }
  }
  const referrers = await findReferrers(content, await readable(candidates, content));
  const attachments = new Set([...referrers.values()].flat().map(({ digest }) => digest));
  return {
    images: images
      .filter(({ name, descriptor }) => name !== undefined || !parts.has(descriptor.digest))
      .map((image) => (attachments.has(image.descriptor.digest) ? { ...image, isAttachment: true } : image)),
    referrersOf: (subject) => Promise.resolve(referrers.get(subject) ?? []),
    taggedFor: (subject) => Promise.resolve(tagged.get(subject) ?? []),
  };
}

function imageOf({ mediaType, digest, size, annotations }: Descriptor): SourceImage {
  const name = annotations?.[containerdNameAnnotation] ?? annotations?.[refNameAnnotation];
  return { name, descriptor: { mediaType, digest, size } };
}

/** The manifests that an index names. One that cannot be read is complained of when it is wanted. */
async function childrenOf(entry: Descriptor, content: ContentSource): Promise<readonly Descriptor[]> {
  if (entry.mediaType !== mediaTypes.index && entry.mediaType !== mediaTypes.dockerIndex) return [];
  if (!(await isReadable(entry, content))) return [];
  const bytes = await readBounded(await content.open(entry.digest), manifestLimitBytes, entry.digest);
  try {
    return indexSchema.parse(JSON.parse(bytes.toString('utf8'))).manifests;
  } catch {
    return [];
  }
}

/** Manifests of the types that can have a subject, as far as they are here. */
async function readable(entries: readonly Descriptor[], content: ContentSource): Promise<readonly Descriptor[]> {
  const found: Descriptor[] = [];
  for (const entry of entries) {
    const hasSubject = entry.mediaType === mediaTypes.manifest || entry.mediaType === mediaTypes.index;
    if (hasSubject && (await isReadable(entry, content))) found.push(entry);
  }
  return found;
}

async function isReadable({ digest }: Descriptor, content: ContentSource): Promise<boolean> {
  return ((await content.size(digest)) ?? Number.POSITIVE_INFINITY) <= manifestLimitBytes;
}
