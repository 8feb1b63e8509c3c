import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { artifactTypeOf, type Descriptor, type Index, indexSchema, manifestSchema, mediaTypes } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { manifestLimitBytes, type RegistryClient } from '../registry-client/client.ts';
import { readBounded } from '../verify-stream.ts';
import { type ManifestSource, type Tree, walk, type WalkedManifest } from './walk.ts';

const mergeLimit = 5;

/** A manifest that refers to another one, with everything below it. */
export interface Referrer {
  readonly subject: Digest;
  /** 0 refers to the item itself or a part of it, 1 to such a referrer, and so on. */
  readonly depth: number;
  readonly tree: Tree;
}

/** Which of some manifests refer to another one by `subject` (OCI image-spec, manifest.md), by what they refer to. */
export async function findReferrers(
  source: ManifestSource,
  manifests: readonly Descriptor[],
): Promise<Map<Digest, Descriptor[]>> {
  const referrers = new Map<Digest, Descriptor[]>();
  for (const manifest of manifests) {
    const bytes = await readBounded(
      await source.open(manifest.digest),
      manifestLimitBytes,
      `manifest ${manifest.digest}`,
    );
    const subject = subjectOf(bytes);
    if (subject === undefined) continue;
    const known = referrers.get(subject) ?? [];
    if (!known.some(({ digest }) => digest === manifest.digest)) referrers.set(subject, [...known, manifest]);
  }
  return referrers;
}

/** Everything that refers to a tree's manifests, and what refers to that in turn; subjects first. */
export async function referrersOf(
  root: Tree,
  referrers: ReadonlyMap<Digest, readonly Descriptor[]>,
  source: ManifestSource,
): Promise<readonly Referrer[]> {
  const found: Referrer[] = [];
  const seen = new Set<Digest>();
  let level: readonly Tree[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: Tree[] = [];
    for (const manifest of level.flatMap(({ children, root: top }) => [...children, top])) {
      for (const { digest, mediaType } of referrers.get(manifest.digest) ?? []) {
        if (seen.has(digest)) continue;
        seen.add(digest);
        const tree = await walk(source, digest, mediaType);
        found.push({ subject: manifest.digest, depth, tree });
        next.push(tree);
      }
    }
    level = next;
  }
  return found;
}

/**
 * Lists manifests under the tag that stands for the referrers of a subject where the registry has no referrers API (OCI
 * distribution-spec 1.1, "Referrers Tag Schema"). What is listed there already stays; the list is read again until it names
 * all of them, as another client may write it at the same time.
 *
 * @throws REFERRERS_TAG_INVALID, and what the registry fails with
 */
export async function listUnderTag(
  client: RegistryClient,
  repository: string,
  subject: Digest,
  manifests: readonly WalkedManifest[],
): Promise<void> {
  const tag = subject.replace(':', '-');
  for (let time = 0; ; time += 1) {
    const index = await currentIndex(client, repository, tag);
    const listed = new Set(index.manifests.map(({ digest }) => digest));
    const missing = manifests.filter(({ digest }) => !listed.has(digest));
    if (missing.length === 0) return;
    if (time === mergeLimit) throw invalid(client, repository, tag, 'others change it all the time');
    const merged = { ...index, manifests: [...index.manifests, ...missing.map(descriptorOf)] };
    await client.putManifest(repository, tag, mediaTypes.index, Buffer.from(JSON.stringify(merged)));
  }
}

async function currentIndex(client: RegistryClient, repository: string, tag: string): Promise<Index> {
  const empty: Index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] };
  let bytes: Buffer;
  try {
    ({ bytes } = await client.getManifest(repository, tag));
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) return empty;
    throw error;
  }
  try {
    return indexSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw invalid(client, repository, tag, 'it is not an image index');
  }
}

/** As the referrers API would list it (OCI distribution-spec 1.1, "Listing Referrers"). */
export function descriptorOf({ digest, mediaType, bytes }: WalkedManifest): Descriptor {
  const content = JSON.parse(bytes.toString('utf8')) as { readonly [member: string]: unknown };
  const parsed = manifestSchema.safeParse(content);
  const artifactType = parsed.success ? artifactTypeOf(parsed.data) : indexSchema.parse(content).artifactType;
  const annotations = parsed.success ? parsed.data.annotations : indexSchema.parse(content).annotations;
  return {
    mediaType,
    digest,
    size: bytes.byteLength,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** What a manifest or index refers to by `subject`; undefined where it does not, or is neither. */
export function subjectOf(bytes: Buffer): Digest | undefined {
  try {
    const content: unknown = JSON.parse(bytes.toString('utf8'));
    const isIndex = typeof content === 'object' && content !== null && 'manifests' in content;
    const parsed = (isIndex ? indexSchema : manifestSchema).safeParse(content);
    return parsed.success ? parsed.data.subject?.digest : undefined;
  } catch {
    return undefined;
  }
}

function invalid(client: RegistryClient, repository: string, tag: string, reason: string): SealiftError {
  const place = `${client.registry}/${repository}:${tag}`;
  return new SealiftError('REFERRERS_TAG_INVALID', { values: { tag: `${repository}:${tag}`, reason }, place });
}
