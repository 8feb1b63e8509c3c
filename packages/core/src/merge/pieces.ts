import { adapt, type Layout, type Piece, pick, reads } from './layout.ts';
import { mergeCommentLines } from './comment-lines.ts';
import type { Collection, Entry } from './tree.ts';
import type { MergePath } from './types.ts';

/** An entry ready to be put into a merged text: whole lines before it, then itself from its key on, or from after its dash. */
export interface MergedEntry {
  readonly lead: string;
  readonly main: string;
  /** The number that `Values` gives to its value. */
  readonly value: number;
  readonly path: MergePath;
  /** In flow style: the comment behind it. */
  readonly note?: string;
  /** What it was merged from, where it was taken apart. */
  readonly members?: readonly MergedEntry[] | undefined;
}

export function layoutOf(entry: Entry): Layout {
  return { indent: entry.indent, lineEnding: entry.source.lineEnding };
}

/** A range of an entry's text. */
export function piece(entry: Entry, start: number, end: number): Piece {
  return { text: entry.source.text.slice(start, end), layout: layoutOf(entry), mid: true };
}

export function leadOf(entry: Entry | undefined): Piece | undefined {
  if (entry === undefined) return undefined;
  return { ...piece(entry, entry.from, entry.lineStart), mid: false };
}

export function mainOf(entry: Entry): Piece {
  return piece(entry, entry.member === 'item' ? entry.separatorEnd : entry.head, entry.to);
}

/** The key with its colon; an item has none, its dash is put in anew. */
export function keyOf(entry: Entry | undefined): Piece | undefined {
  if (entry === undefined) return undefined;
  return piece(entry, entry.member === 'item' ? entry.separatorEnd : entry.head, entry.separatorEnd);
}

/** The entry as its text has it. */
export function wholeEntry(entry: Entry, value: number, path: MergePath, target: Layout): MergedEntry {
  const lead = leadOf(entry);
  return { lead: lead === undefined ? '' : adapt(lead, target), main: adapt(mainOf(entry), target), value, path };
}

/** Three versions of a piece by the rule for texts; where both sides changed it, the site's. */
export function pickPiece(
  base: Piece | undefined,
  current: Piece | undefined,
  incoming: Piece | undefined,
): Piece | undefined {
  return pick(base, current, incoming, reads, () => current);
}

/**
 * Comment lines by the rule for texts; where both sides changed them they are merged line by line.
 */
export function mergeComments(
  base: Piece | undefined,
  current: Piece | undefined,
  incoming: Piece | undefined,
  target: Layout,
): string {
  const picked = pick<Piece | undefined, null>(base, current, incoming, reads, () => null);
  if (picked !== null) return picked === undefined ? '' : adapt(picked, target);
  const lines = (from: Piece | undefined): string[] => (from === undefined ? [] : splitLines(adapt(from, target)));
  return mergeCommentLines(lines(base), lines(current), lines(incoming)).join('');
}

/** Lines with their line endings. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function tailOf(node: Collection | undefined): Piece | undefined {
  if (node?.style !== 'block') return undefined;
  return {
    text: node.source.text.slice(node.tailStart, node.tailEnd),
    layout: { indent: node.entryIndent, lineEnding: node.source.lineEnding },
    mid: false,
  };
}

interface Frame {
  readonly kind: 'map' | 'seq';
  readonly target: Layout;
  /** The first entry begins on its parent's line. */
  readonly compact: boolean;
  /** The text that the entries are put behind. */
  readonly before: string;
}

/** Puts merged entries, in block style, and the comment after them together. */
export function assemble(entries: readonly MergedEntry[], tail: string, frame: Frame): string {
  const { kind, target, compact, before } = frame;
  const newline = newlineOf(target);
  const indentation = ' '.repeat(target.indent);
  const parts: string[] = [];
  let last = before;
  const add = (text: string): void => {
    if (text === '') return;
    parts.push(text);
    last = text;
  };
  const startLine = (): void => {
    if (last !== '' && last !== '\uFEFF' && !last.endsWith('\n')) add(newline);
  };
  for (const [index, entry] of entries.entries()) {
    if (compact && index === 0) {
      add(entry.lead.trimStart());
      if (last.endsWith('\n')) add(indentation);
    } else {
      startLine();
      add(entry.lead);
      startLine();
      add(indentation);
    }
    if (kind === 'seq') add(/^(?:\s|$)/.test(entry.main) ? '-' : '- ');
    add(entry.main);
  }
  if (tail !== '') startLine();
  add(tail);
  return parts.join('');
}

export function newlineOf(target: Layout): string {
  return target.lineEnding === 'crlf' ? '\r\n' : '\n';
}

/** What follows an entry's key or dash. */
export interface MergedRest {
  readonly text: string;
  readonly value: number;
  /** Comment lines to put above the entry because they have no place in it any more. */
  readonly extraLead: string;
}

/** The members of a collection, merged. */
export interface MergedMembers {
  readonly entries: readonly MergedEntry[];
  readonly value: number;
  /** The comments after the last member, where they were decided together with those above it. */
  readonly tail?: string | undefined;
}

/** What stands between a leaf's value and the next entry's lead. */
export function trailOf(entry: Entry | undefined): Piece | undefined {
  return entry === undefined ? undefined : piece(entry, entry.node.end, entry.to);
}
