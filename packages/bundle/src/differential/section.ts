import { digestSchema } from '@sealift/core/digest';
import type { Digest } from '@sealift/oci/digest';
import { z } from 'zod';

const digest = digestSchema as unknown as z.ZodType<Digest>;
const size = z.int().nonnegative();
/** What a path below a registry's base may be; `RegistryClient` demands the OCI distribution-spec's own form. */
const repository = z.string().regex(/^[a-z0-9][a-z0-9._/-]{0,254}$/, 'the name of a repository');

/** A blob, and the repository that holds it: below the base of the pack registry or of the image registry. */
export const placedBlobSchema = z.strictObject({
  digest,
  size,
  registry: z.enum(['packs', 'images']),
  repository,
});
export type PlacedBlob = z.infer<typeof placedBlobSchema>;

/** A blob that a bundle does not hold, and what it is made of: a blob that is needed, and two blobs of the bundle. */
export const recipeEntrySchema = z.strictObject({ digest, size, base: digest, recipe: digest, delta: digest });
export type RecipeEntry = z.infer<typeof recipeEntrySchema>;

/** A blob with disks whose grains changed, and how many of those are sent as they are: nothing known deflates them to the same bytes. */
const changedDiskSchema = z.strictObject({ digest, changedGrains: size, keptGrains: size });
export type ChangedDisk = z.infer<typeof changedDiskSchema>;

/** What makes a bundle differential: what it builds on, and the blobs it leaves out. */
export const differentialSchema = z.strictObject({
  /** For people: the release or the registry that the bundle was made against. */
  base: z.string().min(1).max(500),
  /** Blobs of the base that must be at the target. */
  needs: z.array(placedBlobSchema).max(100_000),
  recipes: z.array(recipeEntrySchema).max(10_000),
  disks: z.array(changedDiskSchema).max(10_000).optional(),
});
export type Differential = z.infer<typeof differentialSchema>;

/** Why a differential section does not fit the blobs that the bundle holds; undefined when it does. */
export function flawOf(
  { needs, recipes, disks = [] }: Differential,
  isInside: (digest: Digest) => boolean,
): string | undefined {
  const needed = new Set(needs.map((need) => need.digest));
  const made = new Set(recipes.map((recipe) => recipe.digest));
  if (needed.size !== needs.length || made.size !== recipes.length) return 'names a blob twice';
  if ([...needed, ...made].some((one) => isInside(one))) return 'leaves out a blob that is inside';
  for (const { digest: target, base, recipe, delta } of recipes) {
    if (needed.has(target)) return 'needs a blob and makes it too';
    if (!needed.has(base)) return 'builds on a blob that it does not need';
    if (!isInside(recipe) || !isInside(delta)) return 'has a recipe that is not inside';
  }
  if (disks.some((disk) => disk.keptGrains > disk.changedGrains)) return 'keeps more grains than changed';
  return undefined;
}
