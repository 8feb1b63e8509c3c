import { isNode } from 'yaml';
import type { Span } from '../secret/mask.ts';
import { secretSpans } from '../secret/secret-spans.ts';

/** Where comments at a column or further right are hidden. */
export interface Zone extends Span {
  readonly column: number;
}

/** All comments of a collection, told by its first key or item; those of a list stand where its dashes do. */
export function zoneInside(text: string, from: number, limit: number, first: unknown): Zone {
  const start = rangeOf(first)?.[0] ?? from;
  const lineStart = lineStartOf(text, start);
  const dash = /^[ \t]*(?=-[ \t])/.exec(text.slice(lineStart, start))?.[0].length;
  return { start: from, end: limit, column: dash ?? start - lineStart };
}

/** The comments of one entry: those right above it, those beside it, and those right below it that belong to no other. */
export function zoneAround(text: string, start: number, end: number): Zone {
  let from = lineStartOf(text, start);
  while (from > 0) {
    const above = lineStartOf(text, from - 1);
    if (!isComment(text.slice(above, from))) break;
    from = above;
  }
  // The value of a block scalar ends at the start of the line after it.
  const lastLine = text[end - 1] === '\n' ? end : nextLineOf(text, end);
  let below = lastLine;
  while (isComment(text.slice(below, nextLineOf(text, below)))) below = nextLineOf(text, below);
  const belongsToNext = text.slice(below, nextLineOf(text, below)).trim() !== '';
  return { start: from, end: belongsToNext ? lastLine : below, column: 0 };
}

/**
 * What of a text's comments is hidden: those in a zone whole, without their `#`; of others what is a secret by itself, such as a default
 * that is commented out.
 *
 * @param scalars in order, none touching another: a `#` in them begins no comment
 */
export function spansOfComments(
  text: string,
  scalars: readonly Span[],
  zones: readonly Zone[],
): { readonly whole: readonly Span[]; readonly parts: readonly Span[] } {
  const whole: Span[] = [];
  const coming = zones.toSorted((a, b) => b.start - a.start);
  let open: Zone[] = [];
  const shown: string[] = [];
  let copied = 0;
  let next = 0;
  for (const { index, 1: before = '', 2: comment = '' } of text.matchAll(/(^|[ \t\uFEFF])(#[^\r\n]*)/gm)) {
    const start = index + before.length;
    while ((scalars[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1;
    if ((scalars[next]?.start ?? Number.POSITIVE_INFINITY) <= start) continue;
    const column = start - lineStartOf(text, start);
    const hashes = /^#+/.exec(comment)?.[0].length ?? 1;
    const end = start + comment.trimEnd().length;
    open = open.filter((zone) => zone.end > start);
    for (let zone = coming.at(-1); zone !== undefined && zone.start <= start; zone = coming.at(-1)) {
      coming.pop();
      if (zone.end > start) open.push(zone);
    }
    if (open.some((zone) => column >= zone.column)) {
      if (end > start + hashes) whole.push({ start: start + hashes, end });
      continue;
    }
    // All but the comments becomes blank, so that what is commented out is read with its own indentation.
    shown.push(blank(text.slice(copied, start)), ' '.repeat(hashes), comment.slice(hashes));
    copied = start + comment.length;
  }
  return { whole, parts: secretSpans(shown.join('')) };
}

/** Where a node stands, without its anchor and tag: start, end of the value. */
export function rangeOf(node: unknown): readonly [number, number] | undefined {
  return isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined;
}

function blank(text: string): string {
  return text.replaceAll(/[^\r\n]/g, ' ');
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#');
}

function lineStartOf(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function nextLineOf(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}
