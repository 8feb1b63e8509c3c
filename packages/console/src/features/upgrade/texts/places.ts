import type { LayerTexts, ReviewedDecision } from '@sealift/core/api';
import { correspondingLine } from './changed-lines.ts';

export type TextName = keyof LayerTexts;

/** A line of each text, counted from 1. */
export type Places = Readonly<Record<TextName, number>>;

/** Where a decision's path stands in each of the texts: where its value is, or where it would be. */
export function placesOf(decision: ReviewedDecision, texts: LayerTexts, result: TextName | undefined): Places {
  const known = knownSide(decision);
  const lineIn = (name: TextName, from = known): number =>
    correspondingLine(texts[from.name].text, texts[name].text, from.line);
  const side = (name: 'base' | 'current' | 'incoming'): number => decision[name]?.line ?? lineIn(name);
  const winner = result === undefined || result === 'merged' ? undefined : decision[result];
  const merged = winner === undefined || result === undefined ? known : { name: result, line: winner.line };
  return {
    base: side('base'),
    current: side('current'),
    incoming: side('incoming'),
    merged: lineIn('merged', merged),
  };
}

interface KnownSide {
  readonly name: TextName;
  readonly line: number;
}

function knownSide(decision: ReviewedDecision): KnownSide {
  const order =
    decision.kind === 'taken-incoming' || decision.kind === 'added-by-release'
      ? (['incoming', 'current', 'base'] as const)
      : (['current', 'incoming', 'base'] as const);
  for (const name of order) {
    const line = decision[name]?.line;
    if (line !== undefined) return { name, line };
  }
  return { name: 'current', line: 1 };
}
