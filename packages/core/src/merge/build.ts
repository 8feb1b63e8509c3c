import { SealiftError } from '../errors/index.ts';
import type { CST, Document, Node as YamlNode } from 'yaml';
import { buildFlow, keyText, refuseDuplicates } from './build-flow.ts';
import { type ComposedItem, composedItem } from './composed-item.ts';
import type { SourceText } from './source.ts';
import type { BlockNode, DocumentTree, Entry, LeafNode, TreeNode } from './tree.ts';

interface DocumentParts {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
  readonly document: Document.Parsed;
  readonly token: CST.Token | undefined;
}

/** Builds the tree of one document. */
export function buildRoot(parts: DocumentParts): DocumentTree {
  const { source, start, end, document, token } = parts;
  const contents: YamlNode | null = document.contents;
  if (token?.type === 'flow-collection' && contents !== null && !hasCustomTag(contents)) {
    const flow = buildFlow(source, token, contents, { start: token.offset, indent: 0 });
    if (flow !== undefined) return { source, start, prefixEnd: flow.start, root: flow, rootEnd: flow.end, end };
  }
  const block = token !== undefined && (token.type === 'block-map' || token.type === 'block-seq') ? token : undefined;
  if (block === undefined || contents === null || hasCustomTag(contents)) {
    const whole: LeafNode = { kind: 'leaf', style: 'none', source, start, end, yaml: contents, indent: 0 };
    refuseDuplicates(contents, source);
    return { source, start, prefixEnd: start, root: whole, rootEnd: end, end };
  }
  const limit = endMarker(source.text, contents.range?.[1] ?? start, end);
  const firstHead = headOf(block.items[0], block.offset);
  const bodyStart = prefixEnd(source.text, start, source.text.lastIndexOf('\n', firstHead - 1) + 1);
  const root = buildBlock(source, block, contents, { bodyStart, compact: false, limit, start: bodyStart, indent: 0 });
  return { source, start, prefixEnd: bodyStart, root, rootEnd: root.tailEnd, end };
}

/** A tag such as `!!set` or `!mine` may give the collection another meaning than its entries show. */
function hasCustomTag(node: YamlNode): boolean {
  const { tag } = node as { tag?: string };
  return tag !== undefined && tag !== 'tag:yaml.org,2002:map' && tag !== 'tag:yaml.org,2002:seq';
}

/** `---`, a directive, or the anchor and tag of the whole document on a line of their own. */
const headLine = /^\uFEFF?(?:---|%|[ \t]*[&!][^\s]*(?:[ \t]+[&!][^\s]*)*[ \t]*(?:#|\r?\n|$))/;

/** After byte order mark, directives, `---`, anchor and tag, and the comment that heads the file: one set off by a blank line. */
function prefixEnd(text: string, start: number, firstLine: number): number {
  let end = start;
  if (text.startsWith('\uFEFF', start)) end += 1;
  let heading = false;
  for (let at = start; at < firstLine; ) {
    const next = lineEnd(text, at, firstLine);
    const line = text.slice(at, next);
    if (headLine.test(line) || /^\uFEFF?#\s*spectrocloud\.com\//.test(line)) end = next;
    else if (line.trim() === '') {
      if (heading) end = next;
    } else heading = true;
    at = next;
  }
  return end;
}

function endMarker(text: string, from: number, end: number): number {
  const found = /^\.\.\.(?:\s|$)/m.exec(text.slice(from, end));
  return found === null ? end : from + found.index;
}

interface Place {
  readonly bodyStart: number;
  readonly compact: boolean;
  /** Where the next thing that does not belong to this collection begins its line. */
  readonly limit: number;
  readonly start: number;
  readonly indent: number;
}

function buildBlock(
  source: SourceText,
  token: CST.BlockMap | CST.BlockSequence,
  yaml: YamlNode,
  place: Place,
): BlockNode {
  const { text } = source;
  const items = (token.items as readonly CST.CollectionItem[]).filter((item) => !isCommentOnly(item));
  const heads = items.map((item) => headOf(item, token.offset));
  const entryIndent = columnOf(text, heads[0] ?? token.offset);
  const entries: Entry[] = [];
  const byKey = new Map<string, Entry>();
  let from = place.bodyStart;
  for (const [index, item] of items.entries()) {
    const head = heads[index] ?? from;
    const nextHead = heads[index + 1];
    const limit = nextHead === undefined ? place.limit : text.lastIndexOf('\n', nextHead - 1) + 1;
    const compact = place.compact && index === 0;
    const composed = composedItem(yaml, index);
    const entry = buildEntry(source, item, composed, {
      from,
      head,
      lineStart: compact ? head : Math.max(from, text.lastIndexOf('\n', head - 1) + 1),
      indent: entryIndent,
      limit,
    });
    if (token.type === 'block-map') {
      const earlier = byKey.get(entry.key);
      if (earlier !== undefined) {
        throw new SealiftError(
          'MERGE_KEY_DUPLICATE',
          source.at(head, {
            key: entry.key,
            first: source.lineOf(earlier.head),
            second: source.lineOf(head),
          }),
        );
      }
      byKey.set(entry.key, entry);
    }
    entries.push(entry);
    from = entry.to;
  }
  const tailEnd = commentLines(text, from, place.limit, entryIndent);
  return {
    kind: token.type === 'block-map' ? 'map' : 'seq',
    style: 'block',
    source,
    start: place.start,
    end: tailEnd,
    yaml,
    indent: place.indent,
    entryIndent,
    bodyStart: place.bodyStart,
    compact: place.compact,
    entries,
    byKey,
    tailStart: from,
    tailEnd,
  };
}

interface EntryPlace {
  readonly from: number;
  readonly head: number;
  readonly lineStart: number;
  readonly indent: number;
  readonly limit: number;
}

function buildEntry(source: SourceText, item: CST.CollectionItem, composed: ComposedItem, place: EntryPlace): Entry {
  const { text } = source;
  const sequence = item.sep === undefined && item.key === undefined;
  const around = sequence ? item.start : (item.sep ?? []);
  const indicator = around.find((token) => token.type === (sequence ? 'seq-item-ind' : 'map-value-ind'));
  const { key, value } = composed;
  const explicit = !sequence && item.start.some((token) => token.type === 'explicit-key-ind');
  const separatorEnd =
    indicator === undefined ? (key?.range?.[1] ?? place.head) : indicator.offset + indicator.source.length;
  const properties = around.filter(
    (token) => (token.type === 'anchor' || token.type === 'tag') && token.offset >= separatorEnd,
  );
  const node = buildValue(source, item.value, value, properties, { ...place, separatorEnd, opaque: explicit });
  const end = node.style === 'block' ? node.tailEnd : endOfLeaf(text, node, place);
  return {
    source,
    member: sequence ? 'item' : 'pair',
    key: sequence ? '' : keyText(key, source),
    keyNode: key,
    indent: place.indent,
    from: place.from,
    lineStart: place.lineStart,
    head: place.head,
    separatorEnd,
    to: end,
    node,
  };
}

function buildValue(
  source: SourceText,
  token: CST.Token | null | undefined,
  yaml: YamlNode | null,
  properties: readonly CST.SourceToken[],
  place: EntryPlace & { readonly separatorEnd: number; readonly opaque: boolean },
): TreeNode {
  const { text } = source;
  const written = token ?? undefined;
  const lastProperty = properties.at(-1);
  const propertiesEnd =
    lastProperty === undefined ? place.separatorEnd : lastProperty.offset + lastProperty.source.length;
  const start = properties[0]?.offset ?? written?.offset ?? place.separatorEnd;
  if (
    !place.opaque &&
    yaml !== null &&
    !hasCustomTag(yaml) &&
    (written?.type === 'block-map' || written?.type === 'block-seq')
  ) {
    const firstHead = headOf(written.items[0], written.offset);
    const newline = text.indexOf('\n', propertiesEnd);
    const compact = newline === -1 || newline > firstHead;
    return buildBlock(source, written, yaml, {
      bodyStart: compact ? firstHead : newline + 1,
      compact,
      limit: place.limit,
      start,
      indent: place.indent,
    });
  }
  if (!place.opaque && yaml !== null && !hasCustomTag(yaml) && written?.type === 'flow-collection') {
    const flow = buildFlow(source, written, yaml, { start, indent: place.indent });
    if (flow !== undefined) return flow;
  }
  refuseDuplicates(yaml, source);
  const empty = written === undefined || (written.type === 'scalar' && written.source === '');
  const end = empty ? propertiesEnd : Math.max(propertiesEnd, yaml?.range?.[1] ?? propertiesEnd);
  return {
    kind: 'leaf',
    style: 'none',
    source,
    start: Math.min(start, end),
    end,
    yaml,
    indent: place.indent,
  };
}

/** After the line in which the leaf ends, and the deeper comment lines under it. */
function endOfLeaf(text: string, node: TreeNode, place: EntryPlace): number {
  const atLineStart = node.end > place.head && text[node.end - 1] === '\n';
  const end = atLineStart
    ? Math.min(node.end, Math.max(place.limit, place.head))
    : lineEnd(text, node.end, text.length);
  return commentLines(text, end, place.limit, place.indent + 1);
}

/** After the last comment line, in the run of comments and blank lines from `from`, that is indented at least so far. */
function commentLines(text: string, from: number, limit: number, indent: number): number {
  let end = from;
  for (let at = from; at < limit; ) {
    const next = lineEnd(text, at, limit);
    let column = at;
    while (column < next && (text[column] === ' ' || text[column] === '\t')) column += 1;
    if (text[column] === '#') {
      if (column - at < indent) break;
      end = next;
    }
    at = next;
  }
  return end;
}

function lineEnd(text: string, at: number, limit: number): number {
  const newline = text.indexOf('\n', at);
  return newline === -1 || newline + 1 > limit ? limit : newline + 1;
}

function isCommentOnly(item: CST.CollectionItem): boolean {
  if ((item.key !== undefined && item.key !== null) || item.sep !== undefined || item.value !== undefined) return false;
  return !item.start.some((token) => !['space', 'comment', 'newline'].includes(token.type));
}

function headOf(item: CST.CollectionItem | undefined, fallback: number): number {
  if (item === undefined) return fallback;
  const first = item.start.find((token) => !['space', 'comment', 'newline'].includes(token.type));
  return first?.offset ?? item.key?.offset ?? item.sep?.[0]?.offset ?? fallback;
}

function columnOf(text: string, offset: number): number {
  const column = offset - (text.lastIndexOf('\n', offset - 1) + 1);
  return offset - column === 0 && text.startsWith('\uFEFF') ? column - 1 : column;
}
