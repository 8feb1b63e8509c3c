import { commentedKey, type Marker, mergeCommentLines } from './comment-lines.ts';
import { adapt, type Layout, type Piece, reads } from './layout.ts';
import type { Collections, Step } from './list-steps.ts';
import { leadOf, splitLines, tailOf } from './pieces.ts';
import type { Entry } from './tree.ts';

/** The steps with the comments above them where they are decided together, and so the comments after the last member. */
interface Gaps {
  readonly steps: readonly Step[];
  readonly tail?: string;
}

/**
 * Decides the comments between the members of a mapping where the site's text alone would mislead. A default that the site
 * uncommented splits a comment block in two, so the block is merged by line with the key as one line of it; comments
 * that stood in base above a key that the site removed are not the site's. Only comments that the release changed too
 * are looked at: what it left is current's text.
 */
export function mergeGaps(steps: readonly Step[], sides: Collections, target: Layout): Gaps {
  if (sides.current.style !== 'block' || sides.incoming.style !== 'block' || sides.base?.style !== 'block')
    return { steps };
  const removedBefore = removedRuns(sides.base.entries, sides.current.byKey);
  const merged = [...steps];
  let added: { readonly index: number; readonly entry: Entry }[] = [];
  for (const [index, step] of steps.entries()) {
    const { base, current, incoming } = step.triple;
    if (current !== undefined && base === undefined && incoming === undefined) {
      added.push({ index, entry: current });
      continue;
    }
    if (base !== undefined && current !== undefined && incoming !== undefined) {
      const leads = { base: leadOf(base), current: leadOf(current), incoming: leadOf(incoming) };
      const removed = removedBefore.get(base.key) ?? [];
      const gap = mergeGap({ ...leads, added: added.map(({ entry }) => entry), removed }, target);
      if (gap !== undefined) {
        for (const [at, { index: place }] of added.entries()) withLead(merged, place, gap[at]);
        withLead(merged, index, gap.at(-1));
      }
    }
    // A key that only base has comes between others, yet no text has anything there.
    if (current !== undefined || incoming !== undefined) added = [];
  }
  const tails = { base: tailOf(sides.base), current: tailOf(sides.current), incoming: tailOf(sides.incoming) };
  const removed = removedBefore.get(undefined) ?? [];
  const gap = mergeGap({ ...tails, added: added.map(({ entry }) => entry), removed }, target);
  if (gap === undefined) return { steps: merged };
  for (const [at, { index }] of added.entries()) withLead(merged, index, gap[at]);
  return { steps: merged, tail: gap.at(-1) ?? '' };
}

function withLead(steps: Step[], index: number, lead: string | undefined): void {
  const step = steps[index];
  if (step !== undefined && lead !== undefined) steps[index] = { ...step, triple: { ...step.triple, lead } };
}

/** The entries of base that the site removed, by the key before which they stood; those at the end under undefined. */
function removedRuns(
  entries: readonly Entry[],
  kept: ReadonlyMap<string, Entry>,
): ReadonlyMap<string | undefined, readonly Entry[]> {
  const runs = new Map<string | undefined, readonly Entry[]>();
  let run: Entry[] = [];
  for (const entry of entries) {
    if (kept.has(entry.key)) {
      if (run.length > 0) runs.set(entry.key, run);
      run = [];
    } else run.push(entry);
  }
  if (run.length > 0) runs.set(undefined, run);
  return runs;
}

interface Gap {
  readonly base: Piece | undefined;
  readonly current: Piece | undefined;
  readonly incoming: Piece | undefined;
  /** What the site added here. */
  readonly added: readonly Entry[];
  /** What of base the site removed here. */
  readonly removed: readonly Entry[];
}

/** The comments above each added key, and those after the last; undefined where the rule for texts decides. */
function mergeGap({ base, current, incoming, added, removed }: Gap, target: Layout): readonly string[] | undefined {
  if (reads(base, incoming)) return undefined;
  const lines = (piece: Piece | undefined): readonly string[] =>
    piece === undefined ? [] : splitLines(adapt(piece, target));
  const inBase = lines(base);
  const commented = new Set(inBase.map((line) => commentedKey(line)?.key));
  const uncommented = added.some(({ key }) => commented.has(key));
  if (!uncommented && (removed.length === 0 || reads(base, current))) return undefined;
  const markers: readonly Marker[] = (uncommented ? added : []).map(({ key }) => ({ key, line: `\0${key}` }));
  const above = markers.flatMap(({ line }, index) => [...lines(leadOf(added[index])), line]);
  const left = removed.flatMap((entry) => lines(leadOf(entry)));
  const own = [...above, ...lines(current)];
  const ofSite = left.length === 0 ? own : mergeCommentLines([...left, ...inBase], own, inBase, markers);
  const merged = mergeCommentLines(inBase, ofSite, lines(incoming), markers);
  return markers.length === 0 ? [merged.join('')] : splitAt(merged, new Set(markers.map(({ line }) => line)));
}

function splitAt(lines: readonly string[], markers: ReadonlySet<string>): readonly string[] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (markers.has(line)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.map((part) => part.join(''));
}
