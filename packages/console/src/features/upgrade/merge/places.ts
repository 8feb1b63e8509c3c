import type { LayerPreview } from '@sealift/core/api';
import { correspondingLine } from './changed-lines.ts';
import type { Decision } from './resolutions.ts';

/** A line to bring into view in each pane. */
export interface Places {
  incoming?: { line: number };
  merged?: { line: number };
  current?: { line: number };
}

/** Where a decision's path stands in each of the three shown texts, as well as can be told. */
export function placesOf(decision: Decision, preview: LayerPreview): Places {
  const known = firstSide(decision);
  if (known === undefined) return {};
  const lineIn = (side: 'incoming' | 'current'): number =>
    decision[side]?.range.line ?? correspondingLine(preview[known.side], preview[side], known.line);
  const nearest = known.side === 'base' ? { side: 'current' as const, line: lineIn('current') } : known;
  return {
    incoming: { line: lineIn('incoming') },
    current: { line: lineIn('current') },
    merged: { line: correspondingLine(preview[nearest.side], preview.merged, nearest.line) },
  };
}

function firstSide(decision: Decision): { side: 'current' | 'incoming' | 'base'; line: number } | undefined {
  const order =
    decision.kind === 'taken-incoming'
      ? (['incoming', 'current', 'base'] as const)
      : (['current', 'incoming', 'base'] as const);
  for (const side of order) {
    const line = decision[side]?.range.line;
    if (line !== undefined) return { side, line };
  }
  return undefined;
}
