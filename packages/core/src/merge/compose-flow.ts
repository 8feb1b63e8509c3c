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
  const commented = [incoming, current, base].find((entry) => entry?.node.style === 'flow' && entry.node.commented);
  if (members.entries.length > 0 && commented !== undefined) body = composeLines(commented, members, target);
  else if (members.entries.length > 0 && first !== undefined && last !== undefined) {
    const separator = separatorOf([incoming, current, base], target);
    const items = members.entries.map((entry) => entry.main.trim());
    body = text(node.open, first.head) + items.join(separator) + text(last.to, node.end);
  }
  const trail = pickPiece(trailOf(base), trailOf(current), trailOf(incoming));
  return properties + body + (trail === undefined ? newlineOf(target) : adapt(trail, target));
}

/** One entry a line, with its comments, as the model's entries stand. */
function composeLines(model: Entry, members: MergedMembers, target: Layout): string {
  const { node, source } = model;
  const first = node.kind === 'leaf' ? undefined : node.entries[0];
  const last = node.kind === 'leaf' ? undefined : node.entries.at(-1);
  if (first === undefined || last === undefined || node.style !== 'flow') return '';
  const padding = (at: number): string => {
    const column = at - (source.text.lastIndexOf('\n', at - 1) + 1);
    return ' '.repeat(Math.max(0, column + target.indent - model.indent));
  };
  const newline = newlineOf(target);
  const close = node.end - 1;
  const comma = /^[ \t]*,/.test(source.text.slice(last.to, close)) ? ',' : '';
  const lines = members.entries.map((entry, index) => {
    const end = index === members.entries.length - 1 ? comma : ',';
    const note = entry.note === undefined ? '' : ` ${entry.note}`;
    return `${entry.lead}${padding(first.head)}${entry.main.trim()}${end}${note}${newline}`;
  });
  return `${source.text[node.open] ?? ''}${newline}${lines.join('')}${padding(close)}${source.text[close] ?? ''}`;
}

function separatorOf(entries: readonly (Entry | undefined)[], target: Layout): string {
  for (const entry of entries) {
    if (entry?.node.style !== 'flow') continue;
    const [first, second] = entry.node.entries;
    if (first !== undefined && second !== undefined) return adapt(piece(entry, first.to, second.head), target);
  }
  return ', ';
}
