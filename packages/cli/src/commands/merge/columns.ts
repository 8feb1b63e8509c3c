const controls = /[\p{Cc}\p{Cf}]/gu;
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Text of a file as a terminal may show it: no control character can move the cursor or colour the rest. */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '  ')
    .replace(controls, (character) => (character === '\n' ? character : '·'));
}

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}

/** Breaks a text into lines of at most so many columns; at spaces where there are any. */
export function wrap(text: string, columns: number): readonly string[] {
  return printable(text)
    .split('\n')
    .flatMap((line) => wrapLine(line, columns));
}

/** In one pass: a line may be as long as a file. */
function wrapLine(line: string, columns: number): readonly string[] {
  const characters = Array.from(line);
  const lines: string[] = [];
  for (let from = 0; ; ) {
    let width = 0;
    let end = from;
    for (; end < characters.length; end += 1) {
      width += widthOf(characters[end] ?? '');
      if (width > columns) break;
    }
    if (end >= characters.length) return [...lines, characters.slice(from).join('')];
    let start = from;
    while (start < end && characters[start] === ' ') start += 1;
    let space = end;
    while (space > from && characters[space] !== ' ') space -= 1;
    const cut = space - from > Math.max(start - from, columns / 3) ? space : Math.max(from + 1, end);
    lines.push(characters.slice(from, cut).join(''));
    from = characters[cut] === ' ' ? cut + 1 : cut;
  }
}

/** Two texts side by side, in 80 columns: 38 each, ` │ ` between them. At most `limit` lines. */
export function sideBySide(left: string, right: string, limit = 12): readonly string[] {
  const columns = 37;
  const cells = [left, right].map((text) => firstLines(text, columns, limit));
  const [ofLeft = [], ofRight = []] = cells;
  return Array.from({ length: Math.max(ofLeft.length, ofRight.length) }, (_, index) => {
    const cell = ofLeft[index] ?? '';
    return `  ${cell}${' '.repeat(columns - widthOf(cell))} │ ${ofRight[index] ?? ''}`.trimEnd();
  });
}

/** The text's first lines, wrapped; of the others only how many there are. */
function firstLines(text: string, columns: number, limit: number): readonly string[] {
  const lines = printable(text).split('\n');
  const shown: string[] = [];
  let taken = 0;
  for (; taken < lines.length && shown.length <= limit; taken += 1) {
    // As much as can be shown of it: a character takes two code units at most, and a column at least.
    shown.push(...wrapLine((lines[taken] ?? '').slice(0, 2 * columns * (limit + 1)), columns));
  }
  const hidden = lines.length - taken + shown.length - limit;
  return hidden > 0 ? [...shown.slice(0, limit - 1), `… ${hidden + 1} more lines`] : shown;
}

/** A part of a text, which begins at its first word, with its further lines moved left as far as they go. */
export function dedent(source: string): string {
  const [first = '', ...rest] = source.split('\n');
  const indents = rest.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  // A first line that opens a collection had less indentation than what it holds.
  const opened = /:\s*$/.test(first) ? 2 : 0;
  const least = indents.reduce((smallest, indent) => Math.min(smallest, indent), source.length);
  const shift = Math.max(0, least - opened);
  return [first, ...rest.map((line) => line.slice(shift))].join('\n');
}
