import { type Descriptor, mediaTypes } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import { descriptorOf, type Referrer, referrersOf } from './referrers.ts';
import type { PushItem, PushRequest } from './types.ts';
import { type Tree, walk, type WalkedManifest } from './walk.ts';

/** What an item consists of: everything below it, and what refers to any of its manifests. */
export interface ItemContent {
  readonly tree: Tree;
  readonly referrers: readonly Referrer[];
  /** Each once. */
  readonly blobs: readonly Descriptor[];
}

/** An item with its content, and whether its tag is there already. */
export interface Planned extends ItemContent {
  readonly item: PushItem;
  readonly index: number;
  readonly present: boolean;
}

/** One blob that some repositories of one registry need, with the items that need it in each. */
export interface BlobJob {
  readonly client: RegistryClient;
  readonly blob: Descriptor;
  readonly needs: Map<string, number[]>;
}

/** A blob that is not everywhere where it is needed, and a repository that has it. */
export interface MissingBlob {
  readonly job: BlobJob;
  readonly mountFrom: string | undefined;
}

/** What refers to one manifest in one repository, with the items it belongs to. */
export interface ReferrerJob {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly subject: Digest;
  readonly trees: Map<Digest, Tree>;
  readonly items: number[];
}

/**
 * Reads what an item consists of.
 *
 * @throws CONTENT_MISSING, CONTENT_DIGEST_MISMATCH, INPUT_TOO_LARGE, MANIFEST_INVALID
 */
export async function contentOf(
  { digest, mediaType }: PushItem,
  { source, referrers = new Map() }: Pick<PushRequest, 'source' | 'referrers'>,
): Promise<ItemContent> {
  const tree = await walk(source, digest, mediaType);
  const found = await referrersOf(tree, referrers, source);
  const blobs = new Map<Digest, Descriptor>();
  for (const one of [tree, ...found.map((referrer) => referrer.tree)]) {
    for (const blob of one.blobs) blobs.set(blob.digest, blob);
  }
  return { tree, referrers: found, blobs: [...blobs.values()] };
}

/** The blobs of all items, each once for each registry, with the repositories and items that need it. */
export function blobJobs(plan: readonly Planned[]): BlobJob[] {
  const jobs = new Map<RegistryClient, Map<Digest, BlobJob>>();
  for (const { item, index, blobs } of plan) {
    const ofClient = jobs.get(item.client) ?? new Map<Digest, BlobJob>();
    jobs.set(item.client, ofClient);
    for (const blob of blobs) {
      const job = ofClient.get(blob.digest) ?? { client: item.client, blob, needs: new Map<string, number[]>() };
      ofClient.set(blob.digest, job);
      job.needs.set(item.repository, [...(job.needs.get(item.repository) ?? []), index]);
    }
  }
  return [...jobs.values()].flatMap((ofClient) => [...ofClient.values()]);
}

/** Largest first, so that none of them is left for the end alone; in one order whatever the registry answered first. */
export function largestFirst(missing: readonly MissingBlob[]): MissingBlob[] {
  return missing.toSorted(
    (a, b) => b.job.blob.size - a.job.blob.size || (a.job.blob.digest < b.job.blob.digest ? -1 : 1),
  );
}

/** The referrers of all items, each subject once for each repository, by depth: what they refer to comes before them. */
export function referrerJobs(plan: readonly Planned[]): readonly (readonly ReferrerJob[])[] {
  const levels: Map<string, ReferrerJob>[] = [];
  for (const { item, index, referrers } of plan) {
    const { client, repository } = item;
    for (const { subject, depth, tree } of referrers) {
      const level = (levels[depth] ??= new Map<string, ReferrerJob>());
      const key = `${client.registry} ${repository} ${subject}`;
      const job = level.get(key) ?? { client, repository, subject, trees: new Map<Digest, Tree>(), items: [] };
      level.set(key, job);
      job.trees.set(tree.root.digest, tree);
      if (!job.items.includes(index)) job.items.push(index);
    }
  }
  return levels.map((level) => [...level.values()]);
}

/** A tree's manifests, those named by others first. */
export function manifestsOf({ children, root }: Tree): readonly WalkedManifest[] {
  return [...children, root];
}

/** What containers run from; every registry takes that. */
const imageConfigs = new Set<string | undefined>([
  undefined,
  mediaTypes.config,
  'application/vnd.docker.container.image.v1+json',
]);
/** What is larger than this, in bytes, is not sent only to see whether it is taken. */
const sampleLimitBytes = 8 * 1024 * 1024;

/** What an artifact is, by its own type or that of its config; undefined for images and indexes. */
export function artifactTypeOf(manifest: WalkedManifest): string | undefined {
  const { artifactType } = descriptorOf(manifest);
  return imageConfigs.has(artifactType) ? undefined : artifactType;
}

/**
 * The smallest artifact of each type for each registry that is not there yet. Sent before all else, they show whether the registry takes
 * such artifacts at all, and nothing of them was sent for nothing.
 */
export function samplesOf(plan: readonly Planned[]): readonly Planned[] {
  const samples = new Map<string, Planned>();
  const sizeOf = ({ blobs }: Planned): number => blobs.reduce((sum, { size }) => sum + size, 0);
  for (const planned of plan) {
    const { item, present, tree } = planned;
    const type = artifactTypeOf(tree.root);
    if (present || item.requiresAll === true || type === undefined || sizeOf(planned) > sampleLimitBytes) continue;
    const key = `${item.client.registry} ${type}`;
    const known = samples.get(key);
    if (known === undefined || sizeOf(planned) < sizeOf(known)) samples.set(key, planned);
  }
  return [...samples.values()];
}
