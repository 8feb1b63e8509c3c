const first = '\uE000';
const rest = '\uE001';

/** A key in quotes with its colon, at the beginning of a line: what follows it stands outside quotes. */
const quotedKey = /^\s*(?:- +)*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*:\s/;

/** A template macro that stands outside quotes, and where. */
interface Macro {
  readonly start: number;
  readonly text: string;
}

/**
 * A text in which macros such as `{{ .spectro.var.x }}` outside quotes are covered by as many private-use characters,
 * so that a YAML parser reads them as plain text and every offset stays.
 */
export class CoveredText {
  readonly text: string;
  readonly #macros: readonly Macro[];

  constructor(text: string) {
    const macros: Macro[] = [];
    // A text that uses these private-use characters itself is left alone: uncovering would be ambiguous.
    this.text = text.includes(first) || text.includes(rest) ? text : cover(text, macros);
    this.#macros = macros;
  }

  /** Puts the macros back into a value that was read from the range. */
  uncover(value: string, start: number, end: number): string {
    if (this.#macros.length === 0 || !value.includes(first)) return value;
    let next = lowerBound(this.#macros, start);
    return value.replace(/\uE000\uE001*/g, (covered) => {
      const macro = this.#macros[next];
      next += 1;
      return macro !== undefined && macro.start < end ? macro.text : covered;
    });
  }
}

function cover(text: string, macros: Macro[]): string {
  let at = text.indexOf('{{');
  if (at === -1) return text;
  const pieces: string[] = [];
  let copied = 0;
  let lineStart = 0;
  let lineEnd = -1;
  while (at !== -1) {
    // Once a line: looked for at each macro, a line of many macros would take the square of its length.
    if (at > lineEnd) {
      lineStart = text.lastIndexOf('\n', at - 1) + 1;
      const newline = text.indexOf('\n', at);
      lineEnd = newline === -1 ? text.length : newline;
    }
    const close = text.slice(at + 2, lineEnd).indexOf('}}');
    const before = text.slice(Math.max(lineStart, copied), at).replace(quotedKey, '');
    if (close === -1 || /["']|(?:^|\s)#/.test(before)) {
      // Nothing further in this line stands outside quotes or a comment for certain.
      at = text.indexOf('{{', lineEnd);
      continue;
    }
    const end = at + 2 + close + 2;
    macros.push({ start: at, text: text.slice(at, end) });
    pieces.push(text.slice(copied, at), first, rest.repeat(end - at - 1));
    copied = end;
    at = text.indexOf('{{', end);
  }
  pieces.push(text.slice(copied));
  return pieces.join('');
}

function lowerBound(macros: readonly Macro[], start: number): number {
  let low = 0;
  let high = macros.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((macros[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The macro at the offset where it fills its line, as `{{- if .x }}` and `{{ include "labels" . }}` do in templates. */
export function templateLine(
  text: string,
  offset: number,
): { readonly macro: string; readonly offset: number } | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', start);
  // A macro is short; the pattern must not be tried all along a line of millions.
  const line = text.slice(start, newline === -1 ? start + 1000 : Math.min(newline, start + 1000));
  const macro = /^[ \t]*(\{\{(?:(?!\}\}).)*\}\})\s*(?:#.*)?$/.exec(line)?.[1];
  return macro === undefined ? undefined : { macro, offset: start + line.indexOf(macro) };
}
