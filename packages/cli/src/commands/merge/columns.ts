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

function wrapLine(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let rest = Array.from(line);
  while (widthOf(rest.join('')) > columns) {
    let width = 0;
    let fits = 0;
    while (fits < rest.length && width + widthOf(rest[fits] ?? '') <= columns) {
      width += widthOf(rest[fits] ?? '');
      fits += 1;
    }
    const space = rest.lastIndexOf(' ', fits);
    const indentation = rest.findIndex((character) => character !== ' ');
    const cut = space > Math.max(indentation, columns / 3) ? space : Math.max(1, fits);
    lines.push(rest.slice(0, cut).join(''));
    rest = rest.slice(rest[cut] === ' ' ? cut + 1 : cut);
  }
  return [...lines, rest.join('')];
}

/** Two texts side by side, in 80 columns: 38 each, ` │ ` between them. At most `limit` lines. */
export function sideBySide(left: string, right: string, limit = 12): readonly string[] {
  const columns = 37;
  const cells = [wrap(left, columns), wrap(right, columns)].map((lines) =>
    lines.length > limit ? [...lines.slice(0, limit - 1), `… ${lines.length - limit + 1} more lines`] : lines,
  );
  const [ofLeft = [], ofRight = []] = cells;
  return Array.from({ length: Math.max(ofLeft.length, ofRight.length) }, (_, index) => {
    const cell = ofLeft[index] ?? '';
    return `  ${cell}${' '.repeat(columns - widthOf(cell))} │ ${ofRight[index] ?? ''}`.trimEnd();
  });
}

/** A part of a text, which begins at its first word, with its further lines moved left as far as they go. */
export function dedent(source: string): string {
  const [first = '', ...rest] = source.split('\n');
  const indents = rest.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  // A first line that opens a collection had less indentation than what it holds.
  const opened = /:\s*$/.test(first) ? 2 : 0;
  const shift = Math.max(0, Math.min(...indents, source.length) - opened);
  return [first, ...rest.map((line) => line.slice(shift))].join('\n');
}
