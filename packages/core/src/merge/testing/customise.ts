import { isMap, isScalar, isSeq, type Pair, parseAllDocuments, parseDocument, type Scalar, visit } from 'yaml';
import type { Random } from './random.ts';

export const editKinds = [
  'change',
  'requote',
  'remove',
  'add',
  'comment',
  'trailing comment',
  'append item',
  'remove item',
  'change item',
  'block scalar line',
] as const;
export type EditKind = (typeof editKinds)[number];

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text with a few edits such as people make, by character ranges that the `yaml` library reports; valid YAML. */
export function customise(text: string, random: Random, kinds: readonly EditKind[], most: number): string {
  const places = findPlaces(text);
  const edits: Edit[] = [];
  const count = 1 + random.below(most);
  for (let index = 0; index < count; index += 1) {
    const edit = makeEdit(text, places, random, random.pick(kinds) ?? 'change', index);
    if (edit !== undefined && edits.every((other) => edit.end < other.start || edit.start > other.end))
      edits.push(edit);
  }
  edits.sort((a, b) => b.start - a.start);
  let customised = text;
  for (const { start, end, text: put } of edits) customised = customised.slice(0, start) + put + customised.slice(end);
  const valid = parseAllDocuments(customised).every((document) => document.errors.length === 0);
  return valid ? customised : text;
}

interface Places {
  /** Pairs with a scalar of one line in block style. */
  readonly scalars: readonly { readonly pair: Pair; readonly value: Scalar }[];
  readonly items: readonly Scalar[];
  readonly blocks: readonly Scalar[];
}

function findPlaces(text: string): Places {
  const scalars: { pair: Pair; value: Scalar }[] = [];
  const items: Scalar[] = [];
  const blocks: Scalar[] = [];
  visit(parseDocument(text), {
    Pair(_, pair) {
      const { value } = pair;
      if (!isScalar(value) || !value.range || value.range[1] <= value.range[0]) return;
      if (value.type === 'BLOCK_LITERAL') blocks.push(value);
      else if (value.type !== 'BLOCK_FOLDED' && ownsLine(text, pair)) scalars.push({ pair, value });
    },
    Seq(_, sequence) {
      for (const item of sequence.items) {
        if (isScalar(item) && item.range && /^\s*- $/.test(lineBefore(text, item.range[0]))) items.push(item);
      }
    },
  });
  return { scalars, items, blocks };
}

function lineBefore(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
}

function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}

function keyOffset(pair: Pair): number {
  const { key } = pair;
  return isScalar(key) && key.range ? key.range[0] : 0;
}

function ownsLine(text: string, pair: Pair): boolean {
  const start = keyOffset(pair);
  const end = isScalar(pair.value) && pair.value.range ? pair.value.range[1] : start;
  return /^ *$/.test(lineBefore(text, start)) && !text.slice(start, end).includes('\n');
}

function makeEdit(text: string, places: Places, random: Random, kind: EditKind, index: number): Edit | undefined {
  if (kind === 'append item' || kind === 'remove item' || kind === 'change item') {
    return itemEdit(text, random.pick(places.items), kind, index);
  }
  if (kind === 'block scalar line') return blockEdit(text, random.pick(places.blocks), random, index);
  const place = random.pick(places.scalars);
  if (place === undefined || !place.value.range) return undefined;
  const [start, end] = place.value.range;
  const key = keyOffset(place.pair);
  const lineStart = key - lineBefore(text, key).length;
  const next = lineEnd(text, end);
  const indentation = text.slice(lineStart, key);
  const missingNewline = text[next - 1] === '\n' ? '' : '\n';
  switch (kind) {
    case 'change':
      return {
        start,
        end,
        text: random.pick([`site${index}`, `"site ${index}"`, String(4000 + index), "'it''s'"]) ?? 'x',
      };
    case 'requote': {
      const { value } = place.value;
      const old = /^(?:y|n|yes|no|on|off)$/i;
      return typeof value === 'string' && !old.test(value) ? { start, end, text: JSON.stringify(value) } : undefined;
    }
    case 'remove':
      return { start: lineStart, end: next, text: '' };
    case 'add':
      return { start: next, end: next, text: `${missingNewline}${indentation}siteAdded${index}: value ${index}\n` };
    case 'comment':
      return { start: lineStart, end: lineStart, text: `${indentation}# a note of the site ${index}\n` };
    case 'trailing comment':
      return /^[ \t]*\r?\n$/.test(text.slice(end, next)) ? { start: end, end, text: ` # note ${index}` } : undefined;
  }
}

function itemEdit(
  text: string,
  item: Scalar | undefined,
  kind: 'append item' | 'remove item' | 'change item',
  index: number,
): Edit | undefined {
  if (!item?.range) return undefined;
  const [start, end] = item.range;
  const before = lineBefore(text, start);
  const next = lineEnd(text, end);
  if (kind === 'change item') return { start, end, text: `site-item-${index}` };
  if (kind === 'remove item') return { start: start - before.length, end: next, text: '' };
  return { start: next, end: next, text: `${text[next - 1] === '\n' ? '' : '\n'}${before}site-item-${index}\n` };
}

function blockEdit(text: string, block: Scalar | undefined, random: Random, index: number): Edit | undefined {
  if (!block?.range) return undefined;
  const first = lineEnd(text, block.range[0]);
  const starts: number[] = [];
  for (let at = first; at < block.range[1]; at = lineEnd(text, at)) {
    if (text.slice(at, lineEnd(text, at)).trim() !== '') starts.push(at);
  }
  const at = random.pick(starts);
  if (at === undefined) return undefined;
  const end = lineEnd(text, at) - 1;
  return { start: Math.max(at, end), end: Math.max(at, end), text: ` site-${index}` };
}

/** A text with the two halves of its top-level mapping exchanged. */
export function reorder(text: string): string {
  const { contents } = parseDocument(text);
  if (!isMap(contents) || contents.items.length < 2 || !text.endsWith('\n')) return text;
  const middle = contents.items[Math.floor(contents.items.length / 2)];
  const first = contents.items[0];
  if (first === undefined || middle === undefined) return text;
  const [from, cut] = [keyOffset(first), keyOffset(middle)];
  const reordered = text.slice(0, from) + text.slice(cut) + text.slice(from, cut);
  return parseDocument(reordered).errors.length === 0 ? reordered : text;
}

/** A text with every string of one line in double quotes. */
export function requoteAll(text: string): string {
  const edits: Edit[] = [];
  visit(parseDocument(text), {
    Scalar(key, node, path) {
      const parent = path.at(-1);
      const inFlow = (isMap(parent) || isSeq(parent)) && parent.flow === true;
      if (key === 'key' || inFlow || typeof node.value !== 'string' || !node.range) return;
      if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return;
      edits.push({ start: node.range[0], end: node.range[1], text: JSON.stringify(node.value) });
    },
  });
  let requoted = text;
  for (const { start, end, text: put } of edits.toReversed())
    requoted = requoted.slice(0, start) + put + requoted.slice(end);
  return requoted;
}

/** A text without its comment lines (those that are not content of a block scalar), or as it was if that changes a value. */
export function withoutComments(text: string): string {
  const stripped = text.replace(/^[ \t]*#.*\n/gm, '');
  const values = (of: string): string =>
    JSON.stringify(parseAllDocuments(of).map((document): unknown => document.toJS()));
  return values(stripped) === values(text) ? stripped : text;
}
