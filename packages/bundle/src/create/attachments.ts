import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Descriptor } from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
import type { ImageSources, OpenSource } from '@sealift/oci/image-source';
import { forEachBounded } from '@sealift/oci/pool';
import { descriptorOf, subjectOf } from '@sealift/oci/push';
import { readBounded } from '@sealift/oci/verify-stream';
import { type Tree, walk } from '@sealift/oci/walk';
import type { NamedEntry } from './bundle-index.ts';
import type { ContentSet } from './content-set.ts';
import { addTree, type CollectedImage, collectImage } from './images.ts';
import type { Subject } from './subject.ts';

/** A manifest that refers to an image or a pack by `subject`, and is in the bundle with everything below it. */
export interface CollectedReferrer extends NamedEntry {
  readonly subject: Digest;
}

/** What is attached to the content of a bundle. */
export interface CollectedAttachments {
  readonly referrers: readonly CollectedReferrer[];
  /** What cosign keeps under tags of its own, as images of these names. */
  readonly images: readonly CollectedImage[];
}

/** Questions to a registry at a time. */
const concurrency = 8;
/** Signatures of SBOMs of images are two deep. */
const depthLimit = 5;
const referrerLimit = 1000;
/** Types of what a bundle itself consists of. */
const ownTypes = /^(?:application\/vnd\.sealift\.|$)/;
const manifestLimitBytes = 4 * 1024 * 1024;

/**
 * Adds what is attached to images and packs: signatures, SBOMs, attestations, and what is attached to these in turn. Each is looked for
 * where its subject comes from, and in all open layouts: an SBOM may lie elsewhere than its image.
 *
 * @throws MANIFEST_INVALID for more than 1,000 that refer to one manifest, or deeper than 5; CONTENT_*, REGISTRY_*
 */
export async function collectAttachments(
  content: ContentSet,
  subjects: readonly Subject[],
  sources: ImageSources,
): Promise<CollectedAttachments> {
  const referrers = new Map<Digest, CollectedReferrer>();
  const images = new Map<string, CollectedImage>();
  for (const subject of subjects.toSorted((a, b) => (a.repository < b.repository ? -1 : 1))) {
    const places = new Set([...(subject.from === undefined ? [] : [subject.from]), ...sources.files()]);
    for (const from of places) {
      for (const one of await referrersIn(content, from, subject)) {
        if (!referrers.has(one.descriptor.digest)) referrers.set(one.descriptor.digest, one);
      }
      if (subject.hasTags) await addTagged(content, from, subject, images);
    }
  }
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);
  return { referrers: [...referrers.values()].sort(byName), images: [...images.values()].sort(byName) };
}

async function referrersIn(
  content: ContentSet,
  from: OpenSource,
  { repository, manifests }: Subject,
): Promise<readonly CollectedReferrer[]> {
  const found = new Map<Digest, CollectedReferrer>();
  let level: readonly Digest[] = manifests;
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: Digest[] = [];
    for (const [subject, listed] of await listAll(from, level)) {
      for (const { digest } of listed.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))) {
        if (found.has(digest)) continue;
        if (depth === depthLimit) throw invalid(subject, `attachments of attachments are more than ${depthLimit} deep`);
        const tree = await readReferrer(from, digest, subject);
        if (tree === undefined) continue;
        await addTree(content, from, tree);
        found.set(digest, { name: `${repository}@${digest}`, descriptor: describe(tree), subject });
        next.push(digest, ...tree.children.map((child) => child.digest));
      }
    }
    level = next;
  }
  return [...found.values()];
}

async function listAll(
  from: OpenSource,
  subjects: readonly Digest[],
): Promise<ReadonlyMap<Digest, readonly Descriptor[]>> {
  const lists = new Map<Digest, readonly Descriptor[]>(subjects.map((subject) => [subject, []]));
  await forEachBounded([...lists.keys()], concurrency, async (subject) => {
    const listed = await from.referrersOf(subject);
    if (listed.length > referrerLimit) throw invalid(subject, `more than ${referrerLimit} manifests refer to it`);
    lists.set(subject, listed);
  });
  return lists;
}

/** A list may be older than what it lists: what is gone, or refers to something else, does not count. */
async function readReferrer(from: OpenSource, digest: Digest, subject: Digest): Promise<Tree | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(await from.manifests.open(digest), manifestLimitBytes, digest);
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_NOT_FOUND') || isSealiftError(error, 'CONTENT_MISSING')) return undefined;
    throw error;
  }
  return subjectOf(bytes) === subject ? await walk(from.manifests, digest) : undefined;
}

/** With its type, unless that would make it a release marker or a pack: an attachment is neither. */
function describe({ root }: Tree): Descriptor {
  const { mediaType, digest, size, artifactType = '' } = descriptorOf(root);
  return { mediaType, digest, size, artifactType: ownTypes.test(artifactType) ? 'unknown/unknown' : artifactType };
}

/** In a registry each tag is a question: the parts of an image are asked for only when the image itself has any. */
async function addTagged(
  content: ContentSet,
  from: OpenSource,
  { repository, manifests, source }: Subject,
  images: Map<string, CollectedImage>,
): Promise<void> {
  const [root, ...parts] = manifests;
  if (root === undefined) return;
  const ofRoot = await from.taggedFor(root);
  const found = [...ofRoot];
  if (!from.remote || ofRoot.length > 0) {
    await forEachBounded(parts, concurrency, async (part) => void found.push(...(await from.taggedFor(part))));
  }
  for (const { tag, descriptor } of found) {
    const name = `${repository}:${tag}`;
    if (!images.has(name)) images.set(name, await collectImage(content, from, { name, descriptor }, source));
  }
}

function invalid(digest: Digest, reason: string): SealiftError {
  return new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
}
