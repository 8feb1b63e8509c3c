import type { MergeContext } from './context.ts';
import { adapt, type Layout } from './layout.ts';
import { type PresentTriple, trailOf } from './merge-leaf.ts';
import type { MergedMembers } from './merge-members.ts';
import { parseText } from './parse.ts';
import { newlineOf, piece, pickPiece } from './pieces.ts';
import type { Entry } from './tree.ts';

/** A collection in flow style with the merged members, opened, separated and closed as incoming does it. */
export function composeFlow(triple: PresentTriple, members: MergedMembers, target: Layout): string | undefined {
  const { base, current, incoming } = triple;
  const opening = [incoming, current].find((entry) => entry.node.style === 'flow' && entry.node.entries.length > 0);
  const model = opening ?? current;
  const { node } = model;
  if (node.style !== 'flow') return undefined;
  const first = node.entries[0];
  const last = node.entries.at(-1);
  const text = (start: number, end: number): string => adapt(piece(model, start, end), target);
  const properties = text(model.separatorEnd, node.open);
  const bracketsEmpty = node.kind === 'map' ? '{}' : '[]';
  let body = bracketsEmpty;
  if (members.entries.length > 0 && first !== undefined && last !== undefined) {
    const separator = separatorOf([incoming, current, base], target);
    const items = members.entries.map((entry) => entry.main.trim());
    body = text(node.open, first.head) + items.join(separator) + text(last.to, node.end);
  }
  const trail = pickPiece(trailOf(base), trailOf(current), trailOf(incoming));
  return properties + body + (trail === undefined ? newlineOf(target) : adapt(trail, target));
}

function separatorOf(entries: readonly (Entry | undefined)[], target: Layout): string {
  for (const entry of entries) {
    if (entry?.node.style !== 'flow') continue;
    const [first, second] = entry.node.entries;
    if (first !== undefined && second !== undefined) return adapt(piece(entry, first.to, second.head), target);
  }
  return ', ';
}

/** Whether the text, put behind a key or a dash, is YAML and holds the value: a check of every text put together anew. */
export function readsAs(
  text: string,
  member: 'pair' | 'item',
  value: number,
  target: Layout,
  context: MergeContext,
): boolean {
  const marker = member === 'pair' ? 'k:' : '-';
  try {
    const tree = parseText(
      `${' '.repeat(target.indent)}${marker}${/^\s/.test(text) ? '' : ' '}${text}`,
      'the merged value',
    );
    context.values.learn(tree);
    const root = tree.documents[0]?.root;
    const entry = root?.kind === 'map' || root?.kind === 'seq' ? root.entries[0] : undefined;
    return entry !== undefined && context.values.of(entry.node) === value;
  } catch {
    return false;
  }
}
