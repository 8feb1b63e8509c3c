import type { LayerTexts } from '@sealift/core/api';
import {
  askedHunks,
  assembleHunks,
  brokenForm,
  type HunkChoice,
  type HunkChoices,
  type TextHunk,
  type TextSides,
} from '@sealift/core/merge';
import { useMemo, useState } from 'react';
import type { ReviewRow } from '../review-rows.ts';
import { findHunks } from './find-hunks.ts';
import type { KeptHunks, KeptOfRow } from './use-kept-hunks.ts';

/** A long text that is settled by hunk, and how far that is. */
export interface RowHunks extends KeptOfRow {
  readonly kind: 'hunks';
  readonly hunks: readonly TextHunk[];
  readonly sides: TextSides;
  /** The indexes of those that a person decides, and of those among them that are open. */
  readonly all: readonly number[];
  readonly open: readonly number[];
  /** The index of the one that is looked at. */
  readonly at: number;
  /** What the text would no longer be, once all are settled. */
  readonly broken: 'JSON' | 'YAML' | undefined;
  readonly goTo: (index: number) => void;
  /** Decides about a hunk, or opens it again. */
  readonly set: (index: number, choice: HunkChoice | undefined) => void;
}

/** Whether a row is settled by hunk, and if so how far it is. */
export type ShownHunks = RowHunks | { readonly kind: 'none' | 'reading' | 'secret' };

/** What can be settled by hunk of a row; what was settled is kept with the draft. */
export function useRowHunks(
  { isRead, of: keptOf, set }: KeptHunks,
  row: ReviewRow | undefined,
  texts: LayerTexts | undefined,
): ShownHunks {
  const [looked, setLooked] = useState<{ readonly about: string; readonly at: number }>();
  const { decision, layer, isOpen = false } = row ?? {};
  const { base, current, incoming } = texts ?? {};
  const passwords = layer?.passwords;
  const found = useMemo(() => {
    if (!isOpen || decision === undefined || passwords === undefined) return undefined;
    const sides = base && current && incoming ? { base, current, incoming } : undefined;
    return findHunks(decision, passwords, sides);
  }, [isOpen, decision, passwords, base, current, incoming]);
  const kept = useMemo(() => row && keptOf(row), [keptOf, row]);
  const broken = useMemo(() => {
    if (found?.kind !== 'hunks' || kept === undefined) return undefined;
    if (askedHunks(found.hunks, kept.choices).open.length > 0) return undefined;
    return brokenWith(found.sides, found.hunks, kept.choices);
  }, [found, kept]);
  if (found?.kind !== 'hunks') return found ?? { kind: 'none' };
  if (row === undefined || kept === undefined) return { kind: 'none' };
  if (!isRead) return { kind: 'reading' };
  const { hunks, sides } = found;
  const { all, open } = askedHunks(hunks, kept.choices);
  const chosen = looked?.about === row.key && all.includes(looked.at) ? looked.at : undefined;
  return {
    ...kept,
    kind: 'hunks',
    hunks,
    sides,
    all,
    open,
    at: chosen ?? open[0] ?? all[0] ?? 0,
    broken,
    goTo: (at) => setLooked({ about: row.key, at }),
    set: (index, choice) => set(row, all.length, index, choice),
  };
}

/** What a text that was put together of hunks would no longer be. */
export function brokenWith(
  { base, current, incoming }: TextSides,
  hunks: readonly TextHunk[],
  choices: HunkChoices,
): RowHunks['broken'] {
  const sides = base === undefined ? [current, incoming] : [base, current, incoming];
  return brokenForm(sides, assembleHunks(hunks, choices));
}
