import type { LayerPreview } from '@sealift/core/api';
import {
  changedPaths,
  type Decision,
  type DecisionKind,
  type MergePath,
  type MergeResult,
  pathText,
} from '@sealift/core/merge';

type Difference = NonNullable<LayerPreview['pasted']>['differences'][number];

const site: readonly DecisionKind[] = ['kept-custom', 'added-by-site', 'removed-by-site', 'moved'];
const release: readonly DecisionKind[] = ['taken-incoming', 'added-by-release', 'removed-by-release'];

/**
 * How a text that was pasted in the merge's place differs from it: customisations it loses, changes of the release it overrides,
 * conflicts it settles.
 *
 * @throws MERGE_YAML_INVALID and the other MERGE_ codes, where the text cannot be read for certain
 */
export function pastedDifferences(merged: MergeResult, text: string): Difference[] {
  const changed = changedPaths(merged.text, text).map((difference) => ({
    path: [...difference.path],
    message: messageFor(difference, closest(merged.decisions, difference.path)),
  }));
  const told = new Set(changed.map(({ path }) => pathText(path)));
  // A conflict that the text leaves at the current value is settled by it all the same; that must not go unsaid.
  const settled = merged.conflicts
    .filter(({ path }) => !told.has(pathText(path)))
    .map(({ path }) => ({
      path: [...path],
      message: 'Both sides changed this; the pasted text keeps the current value.',
    }));
  return [...changed, ...settled];
}

/** Whether a pasted text decides otherwise than the merge at a decision's path, below it or above it. */
export function isOverridden(decision: Decision, differences: readonly Difference[]): boolean {
  return differences.some(({ path }) => isWithin(path, decision.path) || isWithin(decision.path, path));
}

function messageFor(difference: Decision, decision: Decision | undefined): string {
  if (decision === undefined) {
    if (difference.kind === 'added-by-site') return 'Added by the pasted text.';
    if (difference.kind === 'removed-by-site') return 'Removed by the pasted text, though neither side removed it.';
    return 'Changed by the pasted text, though neither side changed it.';
  }
  if (site.includes(decision.kind)) return 'The pasted text loses your customisation here.';
  if (release.includes(decision.kind)) return 'The pasted text overrides a change of the release here.';
  if (decision.kind === 'conflict') return 'Both sides changed this; the pasted text settles it.';
  return 'You and the release made the same change here; the pasted text makes another.';
}

/** The decision at the path itself, else at the nearest path above it, else the first below it. */
function closest(decisions: readonly Decision[], path: MergePath): Decision | undefined {
  const above = decisions
    .filter((decision) => isWithin(path, decision.path))
    .sort((a, b) => b.path.length - a.path.length);
  return above[0] ?? decisions.find((decision) => isWithin(decision.path, path));
}

function isWithin(path: MergePath, ancestor: MergePath): boolean {
  if (ancestor.length > path.length) return false;
  return pathText(path.slice(0, ancestor.length)) === pathText(ancestor);
}
