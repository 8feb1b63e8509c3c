import type { Decision } from './resolutions.ts';

/** A decision's kind in a word or two, in the order in which they are counted. */
export const kindWords: Readonly<Record<Decision['kind'], string>> = {
  conflict: 'conflict',
  'kept-custom': 'kept',
  'added-by-site': 'added by site',
  'removed-by-site': 'removed by site',
  'same-change': 'same change',
  moved: 'moved',
  'taken-incoming': 'taken',
  'added-by-release': 'added by release',
  'removed-by-release': 'removed by release',
};

/** How many decisions of each kind there are: `3 kept · 20 taken`. */
export function countedKinds(decisions: readonly Decision[]): string {
  if (decisions.length === 0) return 'Nothing differs';
  return Object.entries(kindWords)
    .map(([kind, word]) => [decisions.filter((decision) => decision.kind === kind).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => (word === 'conflict' ? countedConflicts(decisions, count) : `${count} ${word}`))
    .join(' · ');
}

function countedConflicts(decisions: readonly Decision[], count: number): string {
  const settled = decisions.filter(({ kind, resolvedBy }) => kind === 'conflict' && resolvedBy !== undefined).length;
  return `${count} ${count === 1 ? 'conflict' : 'conflicts'}${settled === 0 ? '' : ` (${settled} settled)`}`;
}

/** Whether a decision is about something that the site changed. */
export function isOfSite({ kind }: Decision): boolean {
  return kind !== 'taken-incoming' && kind !== 'added-by-release' && kind !== 'removed-by-release';
}
