/** Lines of a value that are shown. */
const shownLines = 12;

const names = { base: 'was    ', current: 'yours  ', incoming: 'release' } as const;

/** The beginning of one side of a conflict, for a terminal. */
export function sideLines(side: keyof typeof names, text: string | undefined): readonly string[] {
  const name = names[side];
  if (text === undefined) return [`  ${name}  (not there)`];
  const lines = text.split('\n');
  const blank = ' '.repeat(name.length);
  const shown = lines.slice(0, shownLines).map((line, index) => `  ${index === 0 ? name : blank}  ${line}`);
  return lines.length > shownLines ? [...shown, `  ${blank}  … ${lines.length - shownLines} more lines`] : shown;
}
