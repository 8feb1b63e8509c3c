import { diffLines, type Hunk } from './line-diff.ts';

/** A stretch of a text merged by line: settled, or changed by both sides to different lines. */
export type LineRegion =
  | { readonly ok: readonly string[] }
  | {
      readonly conflict: {
        readonly base: readonly string[];
        readonly current: readonly string[];
        readonly incoming: readonly string[];
      };
    };

/** Lines that a text replaced by others. */
export interface LineChange {
  /** Where they begin, counted from 0, in the text before and in the text after. */
  readonly at: { readonly before: number; readonly after: number };
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What changed between two texts, line by line. */
export function lineChanges(before: string, after: string): readonly LineChange[] {
  const [left, right] = [before.split('\n'), after.split('\n')];
  const number = numbering();
  return diffLines(left.map(number), right.map(number)).hunks.map(({ baseStart, baseEnd, sideStart, sideEnd }) => ({
    at: { before: baseStart, after: sideStart },
    before: left.slice(baseStart, baseEnd),
    after: right.slice(sideStart, sideEnd),
  }));
}

/** Numbers for lines: equal lines, equal numbers. */
function numbering(): (line: string) => number {
  const numbers = new Map<string, number>();
  return (line) => {
    const number = numbers.get(line) ?? numbers.size;
    numbers.set(line, number);
    return number;
  };
}

/** A stretch of three texts: whoever changed it, and what each of them has there. */
export interface LineStretch {
  /** `both`: to the same lines; `conflict`: to different ones. */
  readonly by: 'nobody' | 'site' | 'release' | 'both' | 'conflict';
  readonly base: readonly string[];
  readonly current: readonly string[];
  readonly incoming: readonly string[];
}

interface Side {
  readonly lines: readonly string[];
  readonly hunks: readonly Hunk[];
}

/**
 * Merges lines three ways (S. Khanna, K. Kunal, B. Pierce, "A Formal Investigation of Diff3", 2007). Changes of both sides that touch
 * are one conflict, unless they are the same. The work is bounded: above the bound what a side changed counts as one change.
 */
export function mergeLines(
  base: readonly string[],
  current: readonly string[],
  incoming: readonly string[],
): readonly LineRegion[] {
  return lineStretches(base, current, incoming).map((stretch): LineRegion => {
    const { by, ...conflict } = stretch;
    if (by === 'conflict') return { conflict };
    return { ok: by === 'release' ? conflict.incoming : conflict.current };
  });
}

/** The same, with what every text has everywhere: put one behind the other they are the three texts. */
export function lineStretches(
  base: readonly string[],
  current: readonly string[],
  incoming: readonly string[],
): readonly LineStretch[] {
  const number = numbering();
  const ofBase = base.map(number);
  const site = { lines: current, hunks: diffLines(ofBase, current.map(number)).hunks };
  const release = { lines: incoming, hunks: diffLines(ofBase, incoming.map(number)).hunks };
  const stretches: LineStretch[] = [];
  const unchanged = (from: number, to: number): void => {
    const lines = base.slice(from, to);
    if (lines.length > 0) stretches.push({ by: 'nobody', base: lines, current: lines, incoming: lines });
  };
  let done = 0;
  for (const { start, end, bySite, byRelease } of touching(site.hunks, release.hunks)) {
    unchanged(done, start);
    const was = base.slice(start, end);
    const ours = bySite.length === 0 ? was : linesOf(site, bySite, start, end);
    const theirs = byRelease.length === 0 ? was : linesOf(release, byRelease, start, end);
    const by = whoChanged(bySite.length > 0, byRelease.length > 0, isSame(ours, theirs));
    stretches.push({ by, base: was, current: ours, incoming: theirs });
    done = end;
  }
  unchanged(done, base.length);
  return stretches;
}

function whoChanged(bySite: boolean, byRelease: boolean, alike: boolean): LineStretch['by'] {
  if (!bySite) return 'release';
  if (!byRelease) return 'site';
  return alike ? 'both' : 'conflict';
}

interface Touched {
  readonly start: number;
  readonly end: number;
  readonly bySite: readonly Hunk[];
  readonly byRelease: readonly Hunk[];
}

/** Groups of changes that overlap in base or touch. */
function* touching(site: readonly Hunk[], release: readonly Hunk[]): Generator<Touched> {
  let nextSite = 0;
  let nextRelease = 0;
  while (nextSite < site.length || nextRelease < release.length) {
    const start = Math.min(site[nextSite]?.baseStart ?? Infinity, release[nextRelease]?.baseStart ?? Infinity);
    const from = { site: nextSite, release: nextRelease };
    let end = start;
    for (;;) {
      const ours = site[nextSite];
      const theirs = release[nextRelease];
      if (ours !== undefined && ours.baseStart <= end) {
        end = Math.max(end, ours.baseEnd);
        nextSite += 1;
      } else if (theirs !== undefined && theirs.baseStart <= end) {
        end = Math.max(end, theirs.baseEnd);
        nextRelease += 1;
      } else break;
    }
    const bySite = site.slice(from.site, nextSite);
    yield { start, end, bySite, byRelease: release.slice(from.release, nextRelease) };
  }
}

/** What a side has for a stretch of base. */
function linesOf({ lines }: Side, hunks: readonly Hunk[], start: number, end: number): readonly string[] {
  const first = hunks[0];
  const last = hunks.at(-1);
  if (first === undefined || last === undefined) return [];
  return lines.slice(first.sideStart - (first.baseStart - start), last.sideEnd + (end - last.baseEnd));
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, at) => line === right[at]);
}
