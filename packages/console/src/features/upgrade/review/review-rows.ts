import type { Review, ReviewedDecision, ReviewedLayer } from '@sealift/core/api';
import { pathKey, pathText } from '@sealift/core/merge';

/** A person's answer to one conflict. */
export type Resolution = ReviewedLayer['resolutions'][number];
/** How a conflict's path was settled in an earlier upgrade. */
export type Offer = ReviewedLayer['offered'][number];
/** Answers that are being saved, by the key of their row; null opens the conflict again. */
export type Pending = ReadonlyMap<string, Resolution | null>;

export type GroupName = 'needs-you' | 'kept' | 'release';

/** One line of the change review. */
export interface ReviewRow {
  /** The same in every answer of the server, and short enough for an address. */
  readonly key: string;
  readonly layer: ReviewedLayer;
  readonly decision: ReviewedDecision;
  /** The path as people read it. */
  readonly path: string;
  readonly group: GroupName;
  readonly isOpen: boolean;
  /** The answer in force, or being saved. */
  readonly answer: Resolution | undefined;
  /** Of a conflict that is open. */
  readonly offer: Offer | undefined;
  readonly isPending: boolean;
}

/** Every row, in the order of the layers and of their documents. */
export function reviewRows({ layers }: Review, pending: Pending): readonly ReviewRow[] {
  return layers.flatMap((layer) => {
    if ([...pending.keys()].some((key) => key.startsWith(`${layer.id}:`))) return layerRows(layer, pending);
    // The same rows are drawn once: an answer in one layer draws no line of another anew.
    const rows = known.get(layer) ?? layerRows(layer, pending);
    known.set(layer, rows);
    return rows;
  });
}

/** Of layers about which nothing is being saved. */
const known = new WeakMap<ReviewedLayer, readonly ReviewRow[]>();

function layerRows(layer: ReviewedLayer, pending: Pending): readonly ReviewRow[] {
  const answers = new Map(layer.resolutions.map((one) => [pathKey(one.path), one]));
  const offers = new Map(layer.offered.map((one) => [pathKey(one.resolution.path), one]));
  const taken = new Set<string>();
  const keyOf = (path: string, kind: string): string => {
    const key = `${layer.id}:${path}`;
    const own = taken.has(key) ? `${key}:${kind}` : key;
    taken.add(own);
    return own;
  };
  return [...wholeLayer(layer), ...layer.decisions].map((decision) => {
    const path = pathText(decision.path);
    const key = keyOf(path, decision.kind);
    const given = answers.get(pathKey(decision.path));
    const coming = pending.get(key);
    const shown = coming === undefined ? decision : answered(decision, coming);
    const isOpen = shown.kind === 'conflict' && shown.resolvedBy === undefined && layer.pasted === null;
    return {
      key,
      layer,
      decision: shown,
      path,
      group: groupOf(decision),
      isOpen,
      answer: coming === undefined ? given : (coming ?? undefined),
      offer: isOpen ? offers.get(pathKey(decision.path)) : undefined,
      isPending: coming !== undefined,
    };
  });
}

/** A layer that comes or goes as a whole has no paths that differ. */
function wholeLayer({ state }: ReviewedLayer): readonly ReviewedDecision[] {
  if (state === 'added') return [{ path: [], kind: 'added-by-release', reason: 'The release adds this layer.' }];
  if (state === 'removed') return [{ path: [], kind: 'removed-by-release', reason: 'The release removes this layer.' }];
  return [];
}

function answered({ resolvedBy: _before, ...decision }: ReviewedDecision, to: Resolution | null): ReviewedDecision {
  if (to === null) return decision;
  return { ...decision, resolvedBy: 'take' in to ? to.take : 'value' };
}

function groupOf({ kind }: ReviewedDecision): GroupName {
  if (kind === 'conflict') return 'needs-you';
  if (kind === 'taken-incoming' || kind === 'added-by-release' || kind === 'removed-by-release') return 'release';
  return 'kept';
}

/** Who changed what a row is about. */
export function changedBy({ kind }: ReviewedDecision): 'site' | 'release' | 'both' {
  if (kind === 'kept-custom' || kind === 'added-by-site' || kind === 'removed-by-site') return 'site';
  return kind === 'conflict' || kind === 'same-change' || kind === 'moved' ? 'both' : 'release';
}

/** The conflicts, and how many of them are settled. */
export function countSettled(rows: readonly ReviewRow[]): { readonly settled: number; readonly all: number } {
  const conflicts = rows.filter(({ decision }) => decision.kind === 'conflict');
  return { settled: conflicts.filter(({ isOpen }) => !isOpen).length, all: conflicts.length };
}

/** Whether a conflict was answered in this upgrade, so that it can be opened again. */
export function isSettled({ decision, answer, isOpen, layer }: ReviewRow): boolean {
  return decision.kind === 'conflict' && answer !== undefined && !isOpen && layer.pasted === null;
}

/** The row that a person answered last. */
export function lastAnsweredBy(rows: readonly ReviewRow[], author: string | undefined): ReviewRow | undefined {
  const at = ({ layer, path }: ReviewRow) => layer.answered.find((one) => one.path === path && one.by === author)?.at;
  return rows
    .filter((row) => isSettled(row) && at(row) !== undefined)
    .toSorted((a, b) => (at(a) ?? '').localeCompare(at(b) ?? ''))
    .at(-1);
}

/** The open rows about the same: the same end of the path with the same three values, in this layer or another. */
export function rowsAlike(row: ReviewRow, rows: readonly ReviewRow[]): readonly ReviewRow[] {
  const { alike } = row.decision;
  if (alike === undefined) return [];
  return rows.filter((one) => one.isOpen && one.key !== row.key && one.decision.alike === alike);
}

/** The open conflict after a row, from the top again after the last; undefined where none is open. */
export function nextOpen(rows: readonly ReviewRow[], after: string | undefined): ReviewRow | undefined {
  const from = rows.findIndex(({ key }) => key === after) + 1;
  return [...rows.slice(from), ...rows.slice(0, from)].find(({ isOpen }) => isOpen);
}

/** A path split where people look: its last key with what stands below it, and what it stands in. */
export function pathParts({ path }: ReviewedDecision): { readonly last: string; readonly parents: string } {
  const lastKey = Math.max(
    0,
    path.findLastIndex((element) => typeof element === 'string'),
  );
  return { last: pathText(path.slice(lastKey)), parents: lastKey === 0 ? '' : pathText(path.slice(0, lastKey)) };
}
