import type { Differential } from '@sealift/bundle/differential';

/** A differential bundle in numbers, for JSON. */
export function summaryOf({ base, needs, recipes }: Differential) {
  return {
    base,
    needs: needs.length,
    needsBytes: needs.reduce((total, { size }) => total + size, 0),
    recipes: recipes.length,
  };
}

/** Says that a bundle is differential, and what it needs. */
export function describeDifferential(differential: Differential): string {
  const { base, needs, needsBytes, recipes } = summaryOf(differential);
  const changed = recipes === 0 ? '' : `; blobs sent as their difference: ${recipes}`;
  return `Differential: incomplete without ${base}, of which it needs ${needs} blobs (${needsBytes} bytes)${changed}`;
}
