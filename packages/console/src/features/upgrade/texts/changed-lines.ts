import type { LayerTexts, ReviewedDecision } from '@sealift/core/api';
import { lineChanges } from '@sealift/core/merge';
import type { LineMark } from '../../../components/code-editor.tsx';

/** Marks by line number, counted from 1. */
export type Marks = ReadonlyMap<number, LineMark>;

/** A text with the line ends that an editor counts by. */
function plain(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}

/** Numbers of the lines of `to` that are not in `from`. */
export function changedLines(from: string, to: string): number[] {
  return lineChanges(plain(from), plain(to)).flatMap(({ at, after }) =>
    after.map((_line, index) => at.after + index + 1),
  );
}

/** The line of `to` that stands where line `number` of `from` stood; both counted from 1. */
export function correspondingLine(from: string, to: string, number: number): number {
  const target = plain(to);
  const last = target.split('\n').length;
  const index = number - 1;
  let shift = 0;
  for (const { at, before, after } of lineChanges(plain(from), target)) {
    if (at.before > index) break;
    if (index < at.before + before.length) {
      const inside = Math.min(index - at.before, Math.max(0, after.length - 1));
      return Math.min(last, at.after + inside + 1);
    }
    shift = at.after + after.length - at.before - before.length;
  }
  return Math.max(1, Math.min(last, index + shift + 1));
}

/** For each line of `from`, counted from 0, the line of `to` that is the same one; -1 where there is none. */
export function matchingLines(from: string, to: string): Int32Array {
  const source = plain(from);
  const matches = new Int32Array(source.split('\n').length).fill(-1);
  let [before, after] = [0, 0];
  for (const change of lineChanges(source, plain(to))) {
    for (; before < change.at.before; before += 1, after += 1) matches[before] = after;
    before += change.before.length;
    after += change.after.length;
  }
  for (; before < matches.length; before += 1, after += 1) matches[before] = after;
  return matches;
}

/** The marks of the three panes: what the release changed, what the site changed, where both did and nobody has decided. */
export function paneMarks(
  { base, current, incoming, merged }: LayerTexts,
  conflicts: readonly ReviewedDecision[],
): { incoming: Marks; merged: Marks; current: Marks } {
  const conflictAt = (side: 'incoming' | 'current', text: string) =>
    conflicts.flatMap((conflict) => valueLines(conflict[side], text));
  const currentConflicts = conflictAt('current', current.text);
  return {
    incoming: marks(
      [changedLines(base.text, incoming.text), 'release'],
      [conflictAt('incoming', incoming.text), 'conflict'],
    ),
    current: marks([changedLines(base.text, current.text), 'site'], [currentConflicts, 'conflict']),
    merged: marks(
      [changedLines(current.text, merged.text), 'release'],
      [changedLines(incoming.text, merged.text), 'site'],
      [currentConflicts.map((line) => correspondingLine(current.text, merged.text, line)), 'conflict'],
    ),
  };
}

function marks(...layers: readonly (readonly [readonly number[], LineMark])[]): Marks {
  return new Map(layers.flatMap(([numbers, mark]) => numbers.map((number) => [number, mark] as const)));
}

/** The lines that a value takes in its text, counted from 1. */
export function valueLines(side: ReviewedDecision['current'], text: string): number[] {
  if (side === undefined) return [];
  const value = side.span === undefined ? side.text : text.slice(...side.span);
  const count = value.trimEnd().split(/\r\n?|\n/).length;
  return Array.from({ length: count }, (_unused, index) => side.line + index);
}
