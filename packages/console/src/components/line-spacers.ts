import { RangeSetBuilder, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, WidgetType } from '@codemirror/view';
import { codeFontPx, codeLineHeight } from './code-look.ts';

/** Room for some lines. */
class BlankLines extends WidgetType {
  readonly #count: number;

  constructor(count: number) {
    super();
    this.#count = count;
  }

  get #height(): number {
    return this.#count * codeFontPx * codeLineHeight;
  }

  override get estimatedHeight(): number {
    return this.#height;
  }

  override toDOM(): HTMLElement {
    const room = document.createElement('div');
    room.className = 'cm-blank-lines';
    room.style.height = `${this.#height}px`;
    return room;
  }

  override eq(other: BlankLines): boolean {
    return other.#count === this.#count;
  }
}

/** Blank lines that are no part of the text, below its lines by their numbers from 1; 0 is the top. */
export function blankLines(text: Text, counts: ReadonlyMap<number, number> = new Map()): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const [number, count] of [...counts].sort(([a], [b]) => a - b)) {
    if (number > text.lines) break;
    const [at, side] = number === 0 ? [0, -1] : [text.line(number).to, 1];
    builder.add(at, at, Decoration.widget({ widget: new BlankLines(count), block: true, side }));
  }
  return builder.finish();
}
