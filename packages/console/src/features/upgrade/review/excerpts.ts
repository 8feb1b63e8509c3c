import type { ShownText } from '@sealift/core/api';
import { hiddenValue } from './row-words.ts';

/** Lines above and below that tell where one is. */
const contextLines = 2;
/** Of a value: longer ones are read in the panes. */
const mostLines = 60;

/** A line of a text, secrets hidden. */
export interface ExcerptLine {
  readonly number: number;
  readonly text: string;
  readonly isValue: boolean;
}

export interface Excerpt {
  readonly lines: readonly ExcerptLine[];
  /** How many lines of the value are not shown. */
  readonly left: number;
}

/**
 * A part of a text around some of its lines.
 *
 * @param value the lines that it is about, counted from 1, one after the other; none where the value would stand below `place`
 * @param place a line near it
 */
export function excerptOf(shown: ShownText, value: readonly number[], place: number): Excerpt {
  const lines = linesOf(shown.text);
  const first = value[0] ?? place;
  const shownValue = Math.min(value.length, mostLines);
  const last = first + Math.max(shownValue, 1) - 1;
  const from = Math.max(1, first - contextLines);
  const left = value.length - shownValue;
  const to = Math.min(lines.length, left > 0 ? last : last + contextLines);
  const part = lines.slice(from - 1, to);
  const texts = hideWithin(shown, part);
  // The end of the last line makes one more of it, which is empty.
  const isEnd = to === lines.length && part.at(-1)?.start === shown.text.length;
  return {
    lines: texts.slice(0, isEnd ? -1 : undefined).map((text, index) => {
      const number = from + index;
      return { number, text, isValue: value.length > 0 && number >= first && number <= last };
    }),
    left,
  };
}

interface Line {
  readonly start: number;
  readonly end: number;
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const { index, 0: end } of text.matchAll(/\r\n?|\n/g)) {
    lines.push({ start, end: index });
    start = index + end.length;
  }
  return [...lines, { start, end: text.length }];
}

function hideWithin({ text, secrets }: ShownText, lines: readonly Line[]): readonly string[] {
  return lines.map(({ start, end }) => {
    let shown = '';
    let at = start;
    for (const [from, to] of secrets) {
      if (to <= start || from >= end) continue;
      const hiddenFrom = Math.max(from, at, start + indentOf(text, start, end));
      if (Math.min(to, end) <= hiddenFrom) continue;
      shown += text.slice(at, hiddenFrom) + hiddenValue;
      at = Math.min(to, end);
    }
    return shown + text.slice(at, end);
  });
}

function indentOf(text: string, start: number, end: number): number {
  return text.slice(start, end).search(/\S|$/);
}
