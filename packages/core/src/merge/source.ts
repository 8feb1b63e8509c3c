import { isSecretKey } from '../secret/secret-key.ts';
import type { SourceRange } from './types.ts';

/** How a text ends its lines; `mixed` texts are never converted. */
export type LineEnding = 'lf' | 'crlf' | 'mixed';

/** One of the texts of a merge, with what is needed to point into it. */
export class SourceText {
  readonly text: string;
  /** What the person calls it: `base`, `current`, `incoming`, or a file's name. */
  readonly name: string;
  readonly lineEnding: LineEnding;
  #lineStarts: readonly number[] | undefined;

  constructor(text: string, name: string) {
    this.text = text;
    this.name = name;
    this.lineEnding = lineEndingOf(text);
  }

  /** The line, counted from 1, that holds the offset. */
  lineOf(offset: number): number {
    this.#lineStarts ??= startsOfLines(this.text);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  range(start: number, end: number): SourceRange {
    return { start, end, line: this.lineOf(start) };
  }

  /** The line at the offset with a caret under the character. */
  excerpt(offset: number): string {
    const line = this.lineOf(offset);
    const start = this.#lineStarts?.[line - 1] ?? 0;
    const newline = this.text.indexOf('\n', start);
    const end = newline === -1 ? this.text.length : newline;
    const from = Math.max(start, offset - 60);
    const shown = this.text
      .slice(from, Math.min(end, from + 100))
      .replaceAll('\t', ' ')
      .trimEnd();
    // A key is short; in a long line of dashes the pattern would begin anew at each.
    const key = /^[\s-]*["']?([\w./-]+)["']?\s*:/.exec(this.text.slice(start, Math.min(end, start + 1000)))?.[1];
    // The line may be anything but what it should be; what stands after such a key is not repeated.
    if (key !== undefined && isSecretKey(key)) return `${line} | ${key}: ***`;
    const prefix = `${line} | `;
    return `${prefix}${shown}\n${' '.repeat(prefix.length + Math.max(0, offset - from))}^`;
  }

  /** What an error at the offset says beside its own values: the place, the text's name, the line and a caret. */
  at<Values extends Readonly<Record<string, string | number>>>(
    offset: number,
    values: Values,
  ): { readonly place: string; readonly values: Values & { readonly text: string; readonly excerpt: string } } {
    const line = this.lineOf(offset);
    const column = offset - (this.#lineStarts?.[line - 1] ?? 0) + 1;
    return {
      place: `${this.name}:${line}:${column}`,
      values: { ...values, text: this.name, excerpt: this.excerpt(offset) },
    };
  }
}

function lineEndingOf(text: string): LineEnding {
  const firstNewline = text.indexOf('\n');
  if (firstNewline === -1) return 'lf';
  if (!text.includes('\r')) return 'lf';
  return /(?:^|[^\r])\n|\r(?!\n)/.test(text) ? 'mixed' : 'crlf';
}

function startsOfLines(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
