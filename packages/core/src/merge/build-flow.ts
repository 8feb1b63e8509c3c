import { SealiftError } from '../errors/index.ts';
import { type CST, isCollection, isMap, isPair, isScalar, isSeq, type Node as YamlNode } from 'yaml';
import { type ComposedItem, composedItem } from './composed-item.ts';
import type { SourceText } from './source.ts';
import type { Entry, FlowNode, TreeNode } from './tree.ts';

interface FlowPlace {
  readonly start: number;
  readonly indent: number;
}

/**
 * Builds a collection in flow style; undefined when it holds something that cannot be spliced: `? key`, `[a: 1]`, comments other than
 * on lines of their own or behind an entry that ends its line.
 */
export function buildFlow(
  source: SourceText,
  token: CST.FlowCollection,
  yaml: YamlNode,
  place: FlowPlace,
): FlowNode | undefined {
  const mapping = token.start.source === '{';
  if (mapping ? !isMap(yaml) : !isSeq(yaml)) return undefined;
  const plain: Entry[] = [];
  const items = token.items.filter(
    (item) => item.key !== undefined || item.value !== undefined || item.sep !== undefined,
  );
  for (const [index, item] of items.entries()) {
    const entry = buildFlowEntry(source, item, mapping, composedItem(yaml, index), place.indent);
    if (entry === undefined) return undefined;
    plain.push(entry);
  }
  const end = yaml.range?.[1] ?? token.offset;
  const commented = hasComment(token);
  const entries = commented ? onLines(source.text, token.offset, plain, end - 1) : plain;
  if (token.items.length - items.length > 1 || entries === undefined) return undefined;
  const byKey = new Map<string, Entry>();
  for (const entry of mapping ? entries : []) {
    const earlier = byKey.get(entry.key);
    if (earlier !== undefined) throw duplicate(source, entry.key, earlier.head, entry.head);
    byKey.set(entry.key, entry);
  }
  return {
    kind: mapping ? 'map' : 'seq',
    style: 'flow',
    source,
    start: place.start,
    open: token.offset,
    commented,
    end,
    yaml,
    indent: place.indent,
    entries,
    byKey,
  };
}

function buildFlowEntry(
  source: SourceText,
  item: CST.CollectionItem,
  mapping: boolean,
  composed: ComposedItem,
  indent: number,
): Entry | undefined {
  const plainStart = item.start.every((token) => ['space', 'newline', 'comma', 'comment'].includes(token.type));
  if (item.sep?.some((token) => token.type === 'comment') === true) return undefined;
  if (mapping ? !plainStart || !item.key : item.sep !== undefined) return undefined;
  const around = mapping ? (item.sep ?? []) : item.start;
  const properties = around.filter((token) => token.type === 'anchor' || token.type === 'tag');
  const colon = around.find((token) => token.type === 'map-value-ind');
  if (mapping && colon === undefined) return undefined;
  const valueStart = properties[0]?.offset ?? item.value?.offset ?? (colon === undefined ? 0 : colon.offset + 1);
  const head = mapping ? (item.key?.offset ?? valueStart) : valueStart;
  const separatorEnd = colon === undefined ? head : colon.offset + 1;
  const { value } = composed;
  const node = buildFlowValue(source, item.value, value, { start: valueStart, indent });
  return {
    source,
    member: mapping ? 'pair' : 'item',
    key: mapping ? keyText(composed.key, source) : '',
    keyNode: composed.key,
    indent,
    from: head,
    lineStart: head,
    head,
    separatorEnd,
    to: node.end,
    note: '',
    node,
  };
}

function buildFlowValue(
  source: SourceText,
  token: CST.Token | undefined,
  yaml: YamlNode | null,
  place: FlowPlace,
): TreeNode {
  if (token?.type === 'flow-collection' && yaml !== null && (isMap(yaml) || isSeq(yaml)) && yaml.tag === undefined) {
    const flow = buildFlow(source, token, yaml, place);
    if (flow !== undefined) return flow;
  }
  refuseDuplicates(yaml, source);
  const end = Math.max(place.start, yaml?.range?.[1] ?? place.start);
  return { kind: 'leaf', style: 'none', source, start: place.start, end, yaml, indent: place.indent };
}

function hasComment(token: CST.FlowCollection): boolean {
  const close = token.end.findIndex((part) => part.type === 'flow-map-end' || part.type === 'flow-seq-end');
  const before = [...token.items.flatMap((item) => item.start), ...token.end.slice(0, Math.max(0, close))];
  return before.some((part) => part.type === 'comment');
}

/** Entries that stand on lines of their own, with the comment lines above them and the note behind them; undefined when they do not. */
function onLines(text: string, open: number, entries: readonly Entry[], close: number): readonly Entry[] | undefined {
  const first = entries[0];
  const start = /^.[ \t]*\r?\n((?:[ \t]*(?:#[^\n]*|\r)?\n)*)[ \t]*$/;
  const between = /^[ \t]*,[ \t]*(#[^\r\n]*)?\r?\n((?:[ \t]*(?:#[^\n]*|\r)?\n)*)[ \t]*$/;
  const last = /^[ \t]*,?[ \t]*(#[^\r\n]*)?\r?\n(?:[ \t]*\r?\n)*[ \t]*$/;
  let above = first === undefined ? undefined : start.exec(text.slice(open, first.head))?.[1];
  const found: Entry[] = [];
  for (const [index, entry] of entries.entries()) {
    if (above === undefined) return undefined;
    const next = entries[index + 1];
    const behind =
      next === undefined ? last.exec(text.slice(entry.to, close)) : between.exec(text.slice(entry.to, next.head));
    if (behind === null) return undefined;
    const lineStart = text.lastIndexOf('\n', entry.head - 1) + 1;
    found.push({ ...entry, from: lineStart - above.length, lineStart, note: behind[1] ?? '' });
    above = behind[2];
  }
  return found;
}

/** A key as a path element: the scalar's value as text, or its source where it is no scalar. */
export function keyText(key: YamlNode | null, source: SourceText): string {
  if (key === null) return 'null';
  if (isScalar(key)) return String(key.value);
  return source.text.slice(key.range?.[0] ?? 0, key.range?.[1] ?? 0);
}

/** Looks for a key written twice in mappings that are not taken apart. */
export function refuseDuplicates(yaml: unknown, source: SourceText): void {
  if (isPair(yaml)) {
    refuseDuplicates(yaml.key, source);
    refuseDuplicates(yaml.value, source);
  }
  if (!isCollection(yaml)) return;
  const seen = new Map<string, number>();
  for (const item of yaml.items) {
    if (isMap(yaml) && isPair(item)) {
      const key = keyText(item.key as YamlNode | null, source);
      const at = (item.key as YamlNode | null)?.range?.[0] ?? yaml.range?.[0] ?? 0;
      const earlier = seen.get(key);
      if (earlier !== undefined) throw duplicate(source, key, earlier, at);
      seen.set(key, at);
    }
    refuseDuplicates(item, source);
  }
}

export function duplicate(source: SourceText, key: string, earlier: number, later: number): Error {
  return new SealiftError(
    'MERGE_KEY_DUPLICATE',
    source.at(later, {
      key,
      first: source.lineOf(earlier),
      second: source.lineOf(later),
    }),
  );
}
