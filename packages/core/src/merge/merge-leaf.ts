import { mergeBlockScalar } from './block-scalar.ts';
import type { Choice, MergeContext } from './context.ts';
import { nodesOf } from './context.ts';
import { givenValue } from './given-value.ts';
import { adapt, type Layout, type Piece, pick, reads } from './layout.ts';
import type { Entry } from './tree.ts';
import type { MergePath } from './types.ts';
import { type MergedRest, pickPiece, piece, trailOf } from './pieces.ts';
import type { PresentTriple } from './triple.ts';

/** Merges an entry whose value is taken whole from one side; undefined when a resolution takes it out. */
export function mergeLeaf(
  triple: PresentTriple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
  why?: string,
): MergedRest | undefined {
  const merged = mergeValue(triple, path, target, context, why);
  const anchor = context.keptAnchor(nodesOf(triple));
  if (merged === undefined || anchor === undefined) return merged;
  return { ...merged, text: withAnchor(merged.text, anchor) };
}

/** What follows a key, with the anchor before the value; a value that has one, or is an alias, stays as it is. */
function withAnchor(text: string, anchor: string): string {
  if (/^\s*(?:!\S*[ \t]+)?[&*]/.test(text)) return text;
  const blank = /^[ \t]*/.exec(text)?.[0] ?? '';
  const rest = text.slice(blank.length);
  return `${blank === '' ? ' ' : blank}&${anchor}${rest === '' || /^\s/.test(rest) ? '' : ' '}${rest}`;
}

function mergeValue(
  triple: PresentTriple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
  why?: string,
): MergedRest | undefined {
  const { base, current, incoming } = triple;
  const { values } = context;
  const ofBase = base === undefined ? undefined : values.of(base.node);
  const ofCurrent = values.of(current.node);
  const ofIncoming = values.of(incoming.node);
  if (ofBase === ofCurrent && ofCurrent === ofIncoming && !context.resolves(path)) {
    return { text: adapt(restOfEqual(triple), target), value: ofCurrent, extraLead: '' };
  }
  const nodes = nodesOf(triple);
  let choice: Choice;
  if (ofBase === ofCurrent) {
    const reason = 'The release changed it and the site had left it as it was.';
    choice = context.decide('taken-incoming', path, nodes, reason, 'incoming');
  } else if (ofBase === ofIncoming) {
    const reason = 'The site changed it and the release left it as it was.';
    choice = context.decide('kept-custom', path, nodes, reason, 'current');
  } else if (ofCurrent === ofIncoming) {
    const both = base === undefined ? 'added it with the same value' : 'changed it to the same value';
    choice = context.decide('same-change', path, nodes, `The site and the release both ${both}.`, 'current');
  } else {
    const lines = context.resolves(path) ? undefined : mergeBlockScalar(triple, target, context);
    if (lines !== undefined) {
      const reason = 'The site and the release changed different lines of the text; both are in it.';
      context.decide('kept-custom', path, nodes, reason, 'current');
      return lines;
    }
    const both = base === undefined ? 'added it with different values' : 'changed it to different values';
    const reason = why ?? `The site and the release ${both}.`;
    choice = context.decide('conflict', path, nodes, reason, 'current');
  }
  return restOfChoice(choice, triple, target, context);
}

/** What follows the key of the chosen side, or the given value. */
export function restOfChoice(
  choice: Choice,
  triple: PresentTriple,
  target: Layout,
  context: MergeContext,
): MergedRest | undefined {
  if (choice.take === 'value') return { ...givenValue(choice, target, context), extraLead: '' };
  const chosen = triple[choice.take];
  if (chosen === undefined) return undefined;
  const value = context.values.of(chosen.node);
  const { base, current, incoming } = triple;
  if (!sameEnding(chosen, current) || !sameEnding(chosen, incoming) || (base && !sameEnding(chosen, base))) {
    return { text: adapt(restOf(chosen), target), value, extraLead: lostNote(chosen, triple, target) };
  }
  const trail = pickPiece(trailOf(base), trailOf(current), trailOf(incoming));
  const body = adapt(piece(chosen, chosen.separatorEnd, chosen.node.end), target);
  return { text: body + (trail === undefined ? '' : adapt(trail, target)), value, extraLead: '' };
}

/** The site's own note after the value, where the chosen side's text has no place for it. */
function lostNote(chosen: Entry, triple: PresentTriple, target: Layout): string {
  const { base, current } = triple;
  if (chosen === current || current.node.style === 'block') return '';
  const trail = trailOf(current);
  if (trail === undefined || reads(base?.node.style === 'block' ? undefined : trailOf(base), trail)) return '';
  const text = adapt(trail, target).trim();
  if (!text.startsWith('#')) return '';
  return `${' '.repeat(target.indent)}${text}${target.lineEnding === 'crlf' ? '\r\n' : '\n'}`;
}

/** Values that are the same in all three: only the way they are written may differ. */
function restOfEqual({ base, current, incoming }: PresentTriple): Piece {
  const picked = pick<Piece | undefined, undefined>(
    base === undefined ? undefined : restOf(base),
    restOf(current),
    restOf(incoming),
    reads,
    () => undefined,
  );
  return picked ?? restOf(current);
}

function restOf(entry: Entry): Piece {
  return piece(entry, entry.separatorEnd, entry.to);
}

/** Whether the text after the value is of the same sort: rest of the line, or further lines after a block scalar. */
function sameEnding(a: Entry, b: Entry): boolean {
  return a.node.style !== 'block' && b.node.style !== 'block' && endsLine(a) === endsLine(b);
}

function endsLine(entry: Entry): boolean {
  return entry.node.end > entry.separatorEnd && entry.source.text[entry.node.end - 1] === '\n';
}
