import { SealiftError } from '@sealift/core/errors';
import type { Release } from '@sealift/core/release';
import type { Digest } from '@sealift/oci/digest';
import { mediaTypes } from '@sealift/oci/descriptor';
import { verified } from '@sealift/oci/verify-stream';
import type { ContentSet, PlannedBlob } from '../create/content-set.ts';
import type { BaseContent, DifferentialBase } from './base.ts';
import { blobsOfRelease } from './inventory.ts';
import { recipeFor } from './recipe-for.ts';
import type { ChangedDisk, Differential, PlacedBlob, RecipeEntry } from './section.ts';

/** Smaller blobs go whole: there is little to gain. */
const minRecipeBytes = 1024 * 1024;
/** A recipe that sends more than this part of the blob is not worth needing the base for. */
const worthwhilePart = 0.8;

export interface PlanDifferentialOptions {
  /** Bytes read of blobs and of the base's blobs that they are compared with, and how many there are to read. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Takes out of a release's content what the base has, and replaces large blobs that are similar to one of the base by a recipe and
 * a delta. Manifests and what else describes the content stay, and so do executables and tools, which no registry holds.
 *
 * @returns what the bundle's manifest has to say about it
 * @throws CANCELLED, and what reading the base or the content fails with
 */
export async function planDifferential(
  content: ContentSet,
  release: Release,
  base: DifferentialBase,
  options: PlanDifferentialOptions,
): Promise<Differential> {
  const targets = uniqueContent(await blobsOfRelease(release, () => content), content);
  const known = new KnownBlobs(base.inventory.blobs);
  const needs = new Map<Digest, PlacedBlob>();
  const pairs: Pair[] = [];
  for (const target of targets) {
    const same = known.same(target);
    if (same !== undefined) {
      needs.set(same.digest, same);
      content.remove(target.digest);
    } else if (base.content !== undefined) {
      const similar = await known.similar(target, base.content);
      if (similar !== undefined) pairs.push({ target: target.blob, base: similar, source: base.content });
    }
  }
  const onBytes = progressOf(pairs, options);
  const recipes: RecipeEntry[] = [];
  const disks: ChangedDisk[] = [];
  for (const pair of pairs) {
    const { recipe, disk } = await replaceByRecipe(content, pair, onBytes);
    if (disk !== undefined) disks.push(disk);
    if (recipe === undefined) continue;
    recipes.push(recipe);
    needs.set(pair.base.digest, pair.base);
  }
  const changed = disks.length === 0 ? {} : { disks: byDigest(disks) };
  const { label } = base.inventory;
  return { base: label, needs: byDigest([...needs.values()]), recipes: byDigest(recipes), ...changed };
}

/** A blob, and one of the base that it is compared with. */
interface Pair {
  readonly target: PlannedBlob;
  readonly base: PlacedBlob;
  readonly source: BaseContent;
}

interface Target extends PlacedBlob {
  readonly blob: PlannedBlob;
}

/** Each blob once that is neither small nor described by what must stay readable in the bundle. */
function uniqueContent(blobs: readonly PlacedBlob[], content: ContentSet): readonly Target[] {
  const targets = new Map<Digest, Target>();
  for (const placed of blobs) {
    const blob = content.get(placed.digest);
    if (blob?.role === 'content' && blob.size > 0 && !targets.has(placed.digest))
      targets.set(placed.digest, { ...placed, blob });
  }
  return [...targets.values()];
}

async function replaceByRecipe(
  content: ContentSet,
  { target, base, source }: Pair,
  onBytes: (bytes: number) => void,
): Promise<{ readonly recipe?: RecipeEntry; readonly disk?: ChangedDisk }> {
  const { digest, size } = base;
  const older = {
    digest,
    size,
    open: () => verified(source.read(digest), { digest, size }),
    read: (offset: number, length: number) => source.readAt(digest, offset, length),
  };
  const { recipe, delta, changedGrains, keptGrains } = await recipeFor(older, target, onBytes);
  const disk = changedGrains === 0 ? {} : { disk: { digest: target.digest, changedGrains, keptGrains } };
  if (recipe.length + delta.size > target.size * worthwhilePart) return disk;
  content.remove(target.digest);
  content.add({ ...delta, role: 'content' });
  const written = content.addBytes(recipe, 'content', mediaTypes.octetStream);
  const { digest: wanted, size: wantedBytes } = target;
  const entry = { digest: wanted, size: wantedBytes, base: digest, recipe: written.digest, delta: delta.digest };
  return { recipe: entry, ...disk };
}

/** Tells how far the comparing is, and ends it when it is cancelled. */
function progressOf(pairs: readonly Pair[], { onProgress, cancel }: PlanDifferentialOptions): (bytes: number) => void {
  const totalBytes = pairs.reduce((total, { target, base }) => total + target.size + base.size, 0);
  let doneBytes = 0;
  return (bytes) => {
    if (cancel?.aborted === true) throw new SealiftError('CANCELLED');
    doneBytes += bytes;
    onProgress?.(doneBytes, totalBytes);
  };
}

/** What the base has, by digest and by place. */
class KnownBlobs {
  readonly #byDigest = new Map<Digest, PlacedBlob[]>();
  readonly #large = new Map<string, PlacedBlob[]>();

  constructor(blobs: readonly PlacedBlob[]) {
    for (const blob of blobs) {
      append(this.#byDigest, blob.digest, blob);
      if (blob.size >= minRecipeBytes) append(this.#large, placeOf(blob), blob);
    }
  }

  /** The same blob, in the repository that it goes to where that has it already. */
  same(wanted: PlacedBlob): PlacedBlob | undefined {
    const found = (this.#byDigest.get(wanted.digest) ?? []).filter(({ size }) => size === wanted.size);
    return found.find((blob) => placeOf(blob) === placeOf(wanted)) ?? found[0];
  }

  /** The blob of the same repository that is nearest in size: an older version of the same pack, image or node image. */
  async similar(wanted: PlacedBlob, content: BaseContent): Promise<PlacedBlob | undefined> {
    if (wanted.size < minRecipeBytes) return undefined;
    const distance = ({ size }: PlacedBlob): number => Math.abs(size - wanted.size);
    const candidates = [...(this.#large.get(placeOf(wanted)) ?? [])].sort((a, b) => distance(a) - distance(b));
    for (const candidate of candidates) {
      if ((await content.size(candidate.digest)) === candidate.size) return candidate;
    }
    return undefined;
  }
}

function append<Key>(map: Map<Key, PlacedBlob[]>, key: Key, blob: PlacedBlob): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [blob]);
  else list.push(blob);
}

function placeOf({ registry, repository }: PlacedBlob): string {
  return `${registry} ${repository}`;
}

function byDigest<Item extends { readonly digest: Digest }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}
