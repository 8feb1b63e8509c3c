import { Chunk } from '@codemirror/merge';
import { Text } from '@codemirror/state';
import type { LayerPreview } from '@sealift/core/api';
import type { LineMark } from '../../../components/code-editor.tsx';

/** Bounds for the difference that is only shown: on huge, very different texts it gets coarser instead of slow. */
const diffBounds = { scanLimit: 1000, timeout: 300 };

/** Marks by line number, counted from 1. */
export type Marks = ReadonlyMap<number, LineMark>;

/**
 * A text's lines below one more at the top: where a text begins with an empty line, the library's chunks of an insertion
 * there are off by one line, and the added line keeps them right.
 */
function lines(text: string): Text {
  return Text.of(['#', ...text.split(/\r\n?|\n/)]);
}

/** Numbers of the lines of `to` that are not in `from`. */
export function changedLines(from: string, to: string): number[] {
  const target = lines(to);
  const numbers: number[] = [];
  for (const chunk of Chunk.build(lines(from), target, diffBounds)) {
    if (chunk.fromB === chunk.toB) continue;
    const last = target.lineAt(chunk.endB).number;
    for (let number = target.lineAt(chunk.fromB).number; number <= last; number += 1) numbers.push(number - 1);
  }
  return numbers;
}

/** The line of `to` that stands where line `number` of `from` stood; both counted from 1. */
export function correspondingLine(from: string, to: string, number: number): number {
  const source = lines(from);
  const target = lines(to);
  const last = target.lines - 1;
  if (number >= source.lines) return last;
  const position = source.line(number + 1).from;
  let shift = 0;
  for (const chunk of Chunk.build(source, target, diffBounds)) {
    if (chunk.fromA > position) break;
    if (position < chunk.toA) return Math.min(target.lineAt(Math.min(chunk.fromB, target.length)).number - 1, last);
    shift = chunk.toB - chunk.toA;
  }
  return Math.max(1, target.lineAt(Math.max(0, Math.min(position + shift, target.length))).number - 1);
}

/** The marks of the three panes: what the release changed, what the site changed, where both did. */
export function paneMarks(preview: LayerPreview): { incoming: Marks; merged: Marks; current: Marks } {
  const { base, current, incoming, merged, conflicts } = preview;
  const conflictAt = (side: 'incoming' | 'current') =>
    conflicts.flatMap((conflict) => rangeLines(preview, conflict, side));
  const currentConflicts = conflictAt('current');
  return {
    incoming: marks([changedLines(base, incoming), 'release'], [conflictAt('incoming'), 'conflict']),
    current: marks([changedLines(base, current), 'site'], [currentConflicts, 'conflict']),
    merged: marks(
      [changedLines(current, merged), 'release'],
      [changedLines(incoming, merged), 'site'],
      [currentConflicts.map((line) => correspondingLine(current, merged, line)), 'conflict'],
    ),
  };
}

function marks(...layers: readonly (readonly [readonly number[], LineMark])[]): Marks {
  return new Map(layers.flatMap(([numbers, mark]) => numbers.map((number) => [number, mark] as const)));
}

function rangeLines(
  preview: LayerPreview,
  decision: LayerPreview['decisions'][number],
  side: 'incoming' | 'current',
): number[] {
  const range = decision[side]?.range;
  if (range === undefined) return [];
  const count = preview[side].slice(range.start, range.end).trimEnd().split('\n').length;
  return Array.from({ length: count }, (_unused, index) => range.line + index);
}
