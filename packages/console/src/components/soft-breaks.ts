import { RangeSetBuilder, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, WidgetType } from '@codemirror/view';

/**
 * Where lines are broken to be shown, by their numbers from 1: offsets in the line. The text has no line ends there. An editor's own wrapping knows how
 * high a line is only once it was drawn, so that panes beside each other could not be kept level; these are counted.
 */
export type LineBreaks = ReadonlyMap<number, readonly number[]>;

/** Fewer than that fit nowhere; in so narrow a pane one scrolls sideways. */
const fewestColumns = 10;
const tabWidth = 4;
/** What stands in the place of a hidden value takes. */
const hiddenWidth = 6;
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\u3000-\u303f\uff01-\uff60]/u;

/**
 * Breaks the lines of a text that are longer than a pane is wide, after a space where there is one. Signs that are wider than they are counted make a
 * line stick out, no more.
 *
 * @param hidden parts of the text that are shown as dots, in order; they are not broken
 */
export function breakLines(text: string, columns: number, hidden: readonly (readonly [number, number])[]): LineBreaks {
  const breaks = new Map<number, readonly number[]>();
  const room = Math.max(fewestColumns, columns);
  let from = 0;
  let next = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const to = from + line.length;
    while ((hidden[next]?.[1] ?? Infinity) <= from) next += 1;
    const own: [number, number][] = [];
    for (let at = next; (hidden[at]?.[0] ?? Infinity) < to; at += 1) {
      const [start = 0, end = 0] = hidden[at] ?? [];
      own.push([Math.max(0, start - from), Math.min(end - from, line.length)]);
    }
    // Most lines are short: no sign takes more than a tab does.
    if (line.length > room || (own.length > 0 && line.length + hiddenWidth > room) || /[^ -~]/.test(line)) {
      const found = breaksOf(line, room, own);
      if (found.length > 0) breaks.set(index + 1, found);
    }
    from = to + 1;
  }
  return breaks;
}

function breaksOf(line: string, room: number, hidden: readonly (readonly [number, number])[]): readonly number[] {
  const found: number[] = [];
  const indent = indentOf(line, room);
  let column = 0;
  let space: { readonly at: number; readonly column: number } | undefined;
  for (const { at, width, isSpace } of signs(line, hidden)) {
    const wanted = width === 'tab' ? tabWidth - (column % tabWidth) : width;
    if (column + wanted > room && column > indent) {
      const breakAt = space ?? { at, column };
      found.push(breakAt.at);
      column = indent + column - breakAt.column;
      space = undefined;
    }
    column += width === 'tab' ? tabWidth : wanted;
    if (isSpace && column > indent) space = { at: at + 1, column };
  }
  return found;
}

/** How far what goes on below is indented. */
function indentOf(line: string, room: number): number {
  return Math.min(/^ */.exec(line)?.[0].length ?? 0, Math.floor(room / 2));
}

interface Sign {
  readonly at: number;
  readonly width: number | 'tab';
  readonly isSpace: boolean;
}

function* signs(line: string, hidden: readonly (readonly [number, number])[]): Generator<Sign> {
  let next = 0;
  for (let at = 0; at < line.length; ) {
    const span = hidden[next];
    if (span !== undefined && at >= span[0]) {
      yield { at, width: hiddenWidth, isSpace: false };
      at = Math.max(at + 1, span[1]);
      next += 1;
      continue;
    }
    const sign = String.fromCodePoint(line.codePointAt(at) ?? 0);
    yield { at, width: widthOf(sign), isSpace: sign === ' ' };
    at += sign.length;
  }
}

function widthOf(sign: string): number | 'tab' {
  if (sign === '\t') return 'tab';
  if (sign <= '~') return 1;
  if (/\p{M}/u.test(sign)) return 0;
  return wide.test(sign) ? 2 : 1;
}

class SoftBreak extends WidgetType {
  readonly #indent: number;

  constructor(indent: number) {
    super();
    this.#indent = indent;
  }

  override get lineBreaks(): number {
    return 1;
  }

  override toDOM(): HTMLElement {
    const shown = document.createElement('span');
    shown.className = 'cm-soft-break';
    shown.append(document.createElement('br'), ' '.repeat(this.#indent));
    return shown;
  }

  override eq(other: SoftBreak): boolean {
    return other.#indent === this.#indent;
  }
}

/** The breaks as an editor shows them. */
export function softBreaks(text: Text, breaks: LineBreaks, columns: number): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const [number, offsets] of [...breaks].sort(([a], [b]) => a - b)) {
    if (number > text.lines) break;
    const line = text.line(number);
    const widget = new SoftBreak(indentOf(line.text, Math.max(fewestColumns, columns)));
    for (const offset of offsets) {
      if (offset > line.length) break;
      builder.add(line.from + offset, line.from + offset, Decoration.widget({ widget, side: 1 }));
    }
  }
  return builder.finish();
}

/** How many signs fit into a line of an editor as wide as it is; undefined before it is shown. */
export function columnsOf({ scrollDOM, contentDOM, defaultCharacterWidth }: EditorView): number | undefined {
  const line = contentDOM.querySelector('.cm-line');
  if (line === null || scrollDOM.clientWidth === 0) return undefined;
  const gutters = scrollDOM.querySelector<HTMLElement>('.cm-gutters')?.offsetWidth ?? 0;
  const { paddingLeft, paddingRight } = getComputedStyle(line);
  const room = scrollDOM.clientWidth - gutters - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
  return Math.max(fewestColumns, Math.floor(room / defaultCharacterWidth));
}
