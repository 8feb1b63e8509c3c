import { makeDiskRecipe, type RandomBlob } from './disk/make-disk-recipe.ts';
import { probeDisk } from './disk/probe-disk.ts';
import { type MadeRecipe, makeRecipe, type RereadableBlob } from './make-recipe.ts';

/**
 * Makes the recipe of one blob from another: by what stands on their disks where the target has a disk whose grains can be deflated
 * again, else by their bytes as they are.
 *
 * @param onBytes called as both are read, with the number of bytes; it may throw to end the work
 * @throws what reading either fails with
 */
export async function recipeFor(
  base: RandomBlob,
  target: RereadableBlob,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<MadeRecipe> {
  const disk = await probeDisk(target);
  if (disk?.known !== true) return await makeRecipe(base, target, onBytes);
  return await makeDiskRecipe(base, target, disk.grainBytes, onBytes);
}
