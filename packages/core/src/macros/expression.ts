/** One word of a macro: a reference such as `.spectro.var.x`, a literal, or the name of a function. */
export type Word =
  | { readonly kind: 'reference'; readonly path: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'name'; readonly name: string };

/** Words between two pipes. */
export type Command = readonly Word[];

const wordPattern =
  /\s+|(?<pipe>\|)|(?<reference>\.[A-Za-z0-9_.\-[\]]+)|(?<quoted>"(?:[^"\\]|\\["\\])*"|`[^`]*`)|(?<number>-?\d+(?:\.\d+)?(?![\w.]))|(?<name>[A-Za-z_]\w*)/y;

/**
 * Takes the inside of a macro apart: commands divided by pipes, as Go's text/template writes them, without parentheses, variables
 * and control structures.
 *
 * @returns undefined where it is none of these
 */
export function parseExpression(inside: string): readonly Command[] | undefined {
  const commands: Word[][] = [[]];
  wordPattern.lastIndex = 0;
  while (wordPattern.lastIndex < inside.length) {
    const groups = wordPattern.exec(inside)?.groups;
    if (groups === undefined) return undefined;
    if (groups['pipe'] !== undefined) commands.push([]);
    const word = wordOf(groups);
    if (word !== undefined) commands.at(-1)?.push(word);
  }
  return commands.every((command) => command.length > 0) ? commands : undefined;
}

function wordOf({ reference, quoted, number, name }: Readonly<Record<string, string | undefined>>): Word | undefined {
  if (reference !== undefined) return { kind: 'reference', path: reference };
  if (quoted !== undefined) return { kind: 'literal', value: unquote(quoted) };
  if (number !== undefined) return { kind: 'literal', value: Number(number) };
  if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' };
  return name === undefined ? undefined : { kind: 'name', name };
}

function unquote(quoted: string): string {
  const inside = quoted.slice(1, -1);
  return quoted.startsWith('`') ? inside : inside.replaceAll(/\\(["\\])/g, '$1');
}
