import { changedBy, type ReviewRow } from './review-rows.ts';
import { resultWord, valueOf } from './row-words.ts';

/** What a person wants to see of the rows. */
export interface RowFilter {
  /** A layer's id, or all. */
  readonly layer: string | undefined;
  /** Words, each of which has to be found somewhere in the row. */
  readonly search: string;
}

/** The rows that a filter leaves. Hidden values are not searched: what is found would tell them. */
export function filterRows(rows: readonly ReviewRow[], { layer, search }: RowFilter): readonly ReviewRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (layer === undefined && words.length === 0) return rows;
  return rows.filter((row) => {
    if (layer !== undefined && row.layer.id !== layer) return false;
    if (words.length === 0) return true;
    const text = textOf(row);
    return words.every((word) => text.includes(word));
  });
}

function textOf(row: ReviewRow): string {
  const { layer, decision, path } = row;
  const values = (['base', 'current', 'incoming'] as const).map((side) => valueOf(decision, side) ?? '');
  return [
    path,
    layer.displayName,
    layer.pack,
    layer.layer,
    ...values,
    resultWord(row),
    changedBy(decision),
    decision.reason,
  ]
    .join('\n')
    .toLowerCase();
}
