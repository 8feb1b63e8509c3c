import type { Differential } from '@sealift/bundle/differential';

/** A differential bundle in numbers, for JSON. */
export function summaryOf({ base, needs, recipes, disks = [] }: Differential) {
  return {
    base,
    needs: needs.length,
    needsBytes: needs.reduce((total, { size }) => total + size, 0),
    recipes: recipes.length,
    changedGrains: disks.reduce((total, { changedGrains }) => total + changedGrains, 0),
    keptGrains: disks.reduce((total, { keptGrains }) => total + keptGrains, 0),
  };
}

/** Says that a bundle is differential, and what it needs. */
export function describeDifferential(differential: Differential): string {
  const { base, needs, needsBytes, recipes, changedGrains, keptGrains } = summaryOf(differential);
  const changed = recipes === 0 ? '' : `; blobs sent as their difference: ${recipes}`;
  const kept =
    keptGrains === 0
      ? ''
      : `; of ${changedGrains} changed grains of node images ${keptGrains} are sent as they are, because nothing known deflates them to the same bytes`;
  return `Differential: incomplete without ${base}, of which it needs ${needs} blobs (${needsBytes} bytes)${changed}${kept}`;
}
