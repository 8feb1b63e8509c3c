import type { LineEnding } from './source.ts';

/** What has to change when a piece of one text is put into another: its indentation and its line endings. */
export interface Layout {
  /** Column of the entries the piece belongs to. */
  readonly indent: number;
  readonly lineEnding: LineEnding;
}

/** A piece of a text; `mid` when it begins after the indentation of its first line. */
export interface Piece {
  readonly text: string;
  readonly layout: Layout;
  readonly mid: boolean;
}

/** The piece's text as it reads in the other layout. Pieces of one layout stay byte for byte. */
export function adapt(piece: Piece, target: Layout): string {
  const { layout, mid } = piece;
  let { text } = piece;
  const ending = layout.lineEnding;
  if (ending !== target.lineEnding && ending !== 'mixed' && target.lineEnding !== 'mixed') {
    text = ending === 'lf' ? text.replaceAll('\n', '\r\n') : text.replaceAll('\r\n', '\n');
  }
  const shift = target.indent - layout.indent;
  return shift === 0 ? text : shiftLines(text, shift, mid, layout.indent);
}

function shiftLines(text: string, shift: number, mid: boolean, indent: number): string {
  const padding = ' '.repeat(Math.max(0, shift));
  const lines = text.split('\n');
  return lines
    .map((line, index) => {
      if (mid && index === 0) return line;
      const blank = line.trim() === '';
      if (shift > 0) return blank && line.replace('\r', '').length <= indent ? line : padding + line;
      return line.slice(leadingSpaces(line, -shift));
    })
    .join('\n');
}

function leadingSpaces(line: string, atMost: number): number {
  let count = 0;
  while (count < atMost && line[count] === ' ') count += 1;
  return count;
}

function sameLayout(a: Layout, b: Layout): boolean {
  return a.indent === b.indent && a.lineEnding === b.lineEnding;
}

/** Whether the first piece reads like the second once both have the second's layout. */
export function reads(a: Piece | undefined, b: Piece | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return sameLayout(a.layout, b.layout) ? a.text === b.text : adapt(a, b.layout) === b.text;
}

/** The three-way rule for anything comparable: what the site left is incoming's, what the release left is current's. */
export function pick<Value, Other>(
  base: Value,
  current: Value,
  incoming: Value,
  same: (a: Value, b: Value) => boolean,
  otherwise: () => Other,
): Value | Other {
  if (same(base, current)) return incoming;
  if (same(base, incoming)) return current;
  if (same(current, incoming)) return current;
  return otherwise();
}
