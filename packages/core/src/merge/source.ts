import { mask, replaceSpans } from '../secret/mask.ts';
import { secretSpans } from '../secret/secret-spans.ts';
import type { SourceRange } from './source-range.ts';

/** How a text ends its lines; `mixed` texts are never converted. */
export type LineEnding = 'lf' | 'crlf' | 'mixed';

/** How far around a line its meaning is looked for, in UTF-16 code units. */
const lookedAt = 50_000;

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
    const prefix = `${line} | `;
    // The text may be anything but what it should be, so its secrets are told by its lines.
    const before = Math.max(0, start - lookedAt);
    const after = Math.min(this.text.length, end + lookedAt, start + 2 * lookedAt);
    const secrets = secretSpans(this.text.slice(before, after))
      .map((span) => ({ start: Math.max(span.start + before - start, 0), end: span.end + before - start }))
      .filter((span) => span.end > 0 && span.start < end - start);
    const inLine = this.text.slice(start, Math.min(end, start + 2 * lookedAt)).trimEnd();
    if (secrets.length > 0) return prefix + replaceSpans(inLine, secrets, () => mask).slice(0, 100);
    const from = Math.max(0, offset - start - 60);
    const shown = inLine.slice(from, from + 100).replaceAll('\t', ' ');
    return `${prefix}${shown}\n${' '.repeat(prefix.length + Math.max(0, offset - start - from))}^`;
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
