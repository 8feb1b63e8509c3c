import type { ReviewedDecision, ReviewedLayer } from '@sealift/core/api';

/** A decision with the values of its sides. */
export function decision(
  kind: ReviewedDecision['kind'],
  path: readonly string[],
  sides: Partial<Record<'base' | 'current' | 'incoming', string>>,
  more: Partial<ReviewedDecision> = {},
): ReviewedDecision {
  const shown = Object.entries(sides).map(([name, text]) => [name, { text, line: 1 }]);
  return { path: [...path], kind, reason: `Because of ${kind}.`, ...Object.fromEntries(shown), ...more };
}

/** A layer of the review with these decisions. */
export function layerOf(
  id: string,
  decisions: readonly ReviewedDecision[],
  more: Partial<ReviewedLayer> = {},
): ReviewedLayer {
  return {
    id,
    hop: 0,
    layer: 'addon',
    pack: id,
    displayName: `Pack ${id}`,
    fromVersion: '1.0.0',
    toVersion: '1.0.1',
    state: 'merged',
    openConflicts: 0,
    keptCustomisations: 0,
    revision: 0,
    answered: [],
    decisions: [...decisions],
    omitted: 0,
    resolutions: [],
    carried: [],
    passwords: [],
    problems: [],
    pasted: null,
    offered: [],
    ...more,
  };
}
