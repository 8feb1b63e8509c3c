import { isAlias, isCollection, isMap, isPair, isScalar, type Node as YamlNode, type Scalar, type YAMLMap } from 'yaml';
import type { SourceText } from './source.ts';
import type { Entry } from './tree.ts';
import { mergeKey, type Values } from './values.ts';

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * An entry's text from `start` to its end with what its aliases stand for in their place, and the members behind a `<<` in
 * the place of it: so it holds its value wherever it is put. Aliases of anchors inside the entry stay.
 */
export function writtenOut(entry: Entry, start: number, values: Values): string {
  const { source, keyNode, node, to } = entry;
  const splices: Splice[] = [];
  const leadsOut = (alias: YamlNode): boolean => {
    const at = values.targetOf(alias)?.range?.[0];
    return at !== undefined && (at < node.start || at >= node.end);
  };
  const visit = (found: unknown, inFlow: boolean): void => {
    if (isAlias(found)) {
      const target = values.targetOf(found);
      if (target === undefined || !leadsOut(found) || !found.range) return;
      splices.push({ start: found.range[0], end: found.range[1], text: textOf(target, source, values, inFlow) });
    } else if (isMap(found)) {
      for (const pair of found.items) {
        const flow = inFlow || found.flow === true;
        const spread = isScalar(pair.key) && pair.key.value === mergeKey && aliasesOf(pair.value).some(leadsOut);
        if (spread)
          splices.push(spreadMembers(found, pair.key as Scalar, pair.value as YamlNode, source, values, flow));
        else {
          visit(pair.key, flow);
          visit(pair.value, flow);
        }
      }
    } else if (isCollection(found)) {
      for (const item of found.items) visit(item, inFlow || found.flow === true);
    }
  };
  const inFlow = entry.note !== undefined;
  visit(keyNode, inFlow);
  visit(node.yaml, inFlow);
  let text = source.text.slice(start, to);
  for (const splice of splices.sort((a, b) => b.start - a.start)) {
    if (splice.start < start) continue;
    text = text.slice(0, splice.start - start) + splice.text + text.slice(splice.end - start);
  }
  return text;
}

function aliasesOf(value: unknown): readonly YamlNode[] {
  if (isAlias(value)) return [value];
  return isCollection(value)
    ? (value.items as readonly unknown[]).filter((item): item is YamlNode => isAlias(item))
    : [];
}

/** What `<<` takes over, written as members of the mapping itself. */
function spreadMembers(
  map: YAMLMap,
  key: Scalar,
  value: YamlNode,
  source: SourceText,
  values: Values,
  inFlow: boolean,
): Splice {
  const start = key.range?.[0] ?? 0;
  const own = new Set<unknown>(map.items.map((pair) => pair.key));
  const members = values
    .pairsOf(map)
    .filter(([name]) => !own.has(name))
    .map(
      ([name, member]) =>
        `${textOf(name as YamlNode | null, source, values, inFlow)}: ${textOf(member, source, values, inFlow)}`,
    );
  const column = start - (source.text.lastIndexOf('\n', start - 1) + 1);
  const newline = source.lineEnding === 'crlf' ? '\r\n' : '\n';
  const text = members.join(inFlow ? ', ' : newline + ' '.repeat(column));
  return { start, end: value.range?.[1] ?? start, text: text === '' ? `${mergeKey}: {}` : text };
}

/** A value in one line: a scalar as its text has it where that is one line, a collection in flow style. */
function textOf(node: YamlNode | null, source: SourceText, values: Values, inFlow: boolean): string {
  if (node === null) return 'null';
  if (isAlias(node)) return textOf(values.targetOf(node) ?? null, source, values, inFlow);
  const { tag } = node as { tag?: string };
  const own =
    tag === undefined || tag.startsWith('tag:yaml.org,2002:') ? '' : `${tag.startsWith('!') ? tag : `!<${tag}>`} `;
  return own + untagged(node, source, values, inFlow);
}

function untagged(node: YamlNode, source: SourceText, values: Values, inFlow: boolean): string {
  if (isScalar(node)) return scalarText(node, source, inFlow);
  const within = (member: unknown): string => textOf(member as YamlNode | null, source, values, true);
  if (isMap(node)) {
    return `{${values
      .pairsOf(node)
      .map(([key, value]) => `${within(key)}: ${within(value)}`)
      .join(', ')}}`;
  }
  return isCollection(node) ? `[${node.items.map((item) => within(isPair(item) ? null : item)).join(', ')}]` : 'null';
}

function scalarText(node: Scalar, source: SourceText, inFlow: boolean): string {
  const { value, type, range } = node;
  const written = range ? source.text.slice(range[0], range[1]) : '';
  if (value === null && written === '') return 'null';
  const quoted = type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE';
  // A plain scalar may hold what ends it in flow style; a macro may not.
  const plain = type === 'PLAIN' && (!inFlow || !/[,[\]{}]/.test(written.replaceAll(/\{\{.*?\}\}/g, '')));
  if ((quoted || plain) && !written.includes('\n')) return written;
  return typeof value === 'string' ? JSON.stringify(value) : written;
}
