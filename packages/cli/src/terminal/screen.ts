/** A terminal that is drawn on again and again. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
}

/** Draws a picture over the one before, without touching what stands above it. */
export class LivePicture {
  readonly #screen: Screen;
  #height = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /**
   * @param lines cut to the width; of more than fit, those around `focus` are shown, and always the first two
   * @param focus index of the line that must be seen
   */
  draw(lines: readonly string[], focus = 0): void {
    const { columns, rows } = this.#screen;
    // A line as wide as the terminal would wrap, and the last row must stay free for the cursor.
    const shown = around(lines, focus, Math.max(3, rows - 1)).map((line) => cut(line, Math.max(10, columns - 1)));
    const up = this.#height === 0 ? '' : `\u001b[${this.#height}A`;
    this.#screen.write(`${up}\r\u001b[J${shown.join('\n')}\n`);
    this.#height = shown.length;
  }
}

const headLines = 2;

function around(lines: readonly string[], focus: number, most: number): readonly string[] {
  if (lines.length <= most) return lines;
  const room = most - headLines;
  const from = Math.min(Math.max(headLines, focus - Math.floor(room / 3)), lines.length - room);
  return [...lines.slice(0, headLines), ...lines.slice(from, from + room)];
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
