import { SeededRandom } from '../../setup/random.ts';
import { usualTarget } from '../fault-case.ts';
import { notWell } from '../run-case.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import type { Difference, Pick } from './difference.ts';
import { differences } from './differences.ts';

/** Sites that are well, each by what it differs in from the first. */
export interface Variant {
  readonly number: number;
  readonly seed: number;
  readonly differences: readonly Difference[];
}

/** The same for a seed in every run. */
export function variantsOf(seed: number, count: number): readonly Variant[] {
  return Array.from({ length: count }, (_, number) => {
    const own = seed * 1000 + number;
    const pick = picksOf(own);
    // Every one of them is in some variant, however few there are.
    const chosen = new Set([number % differences.length]);
    const size = 3 + pick(4);
    while (chosen.size < size) chosen.add(pick(differences.length));
    return { number, seed: own, differences: differences.filter((_one, index) => chosen.has(index)) };
  });
}

/** Makes the site so, and has the preflight look. @returns what it says besides `pass` */
export async function lookAtVariant(
  site: PreflightSite,
  { seed, differences: chosen }: Variant,
): Promise<readonly string[]> {
  const pick = picksOf(~seed);
  await site.draft(usualTarget);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const one of chosen) undo.push(await one.make(site, pick));
    return notWell(await site.look());
  } finally {
    for (const one of undo.toReversed()) await one();
  }
}

function picksOf(seed: number): Pick {
  const random = new SeededRandom(seed);
  return (below) => random.below(below);
}
