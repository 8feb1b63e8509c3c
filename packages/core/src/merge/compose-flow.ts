import { adapt, type Layout } from './layout.ts';
import type { Entry } from './tree.ts';
import { type MergedMembers, newlineOf, pickPiece, piece, trailOf } from './pieces.ts';
import type { PresentTriple } from './triple.ts';

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
