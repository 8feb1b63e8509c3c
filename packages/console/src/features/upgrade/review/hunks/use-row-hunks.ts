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
import { useSession } from '../../../../api/session.ts';
import { settledHunks } from '../../../../api/typed-texts.ts';
import type { ReviewRow } from '../review-rows.ts';
import { findHunks } from './find-hunks.ts';

/** A long text that is settled by hunk, and how far that is. */
export interface RowHunks {
  readonly kind: 'hunks';
  readonly hunks: readonly TextHunk[];
  readonly sides: TextSides;
  /** By the index of their hunk. */
  readonly choices: HunkChoices;
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

/** What can be settled by hunk of a row; what was settled is kept while one looks elsewhere, when saving fails, and over the end of a session. */
export function useRowHunks(upgradeId: string, row: ReviewRow | undefined, texts: LayerTexts | undefined): ShownHunks {
  const author = useSession().data?.username ?? '';
  const [, setShown] = useState<unknown>();
  const [looked, setLooked] = useState<{ readonly about: string; readonly at: number }>();
  const { decision, layer, isOpen = false } = row ?? {};
  const { base, current, incoming } = texts ?? {};
  const passwords = layer?.passwords;
  const found = useMemo(() => {
    if (!isOpen || decision === undefined || passwords === undefined) return undefined;
    const sides = base && current && incoming ? { base, current, incoming } : undefined;
    return findHunks(decision, passwords, sides);
  }, [isOpen, decision, passwords, base, current, incoming]);
  const about = `${upgradeId} ${row?.key ?? ''}`;
  const kept = settledHunks.get(author, about);
  const choices =
    found?.kind === 'hunks' && kept !== undefined && isSame(kept.hunks, found.hunks) ? kept.choices : unsettled;
  const broken = useMemo(() => {
    if (found?.kind !== 'hunks' || askedHunks(found.hunks, choices).open.length > 0) return undefined;
    return brokenWith(found.sides, found.hunks, choices);
  }, [found, choices]);
  if (found?.kind !== 'hunks') return found ?? { kind: 'none' };
  const { hunks, sides } = found;
  const { all, open } = askedHunks(hunks, choices);
  const chosen = looked?.about === about && all.includes(looked.at) ? looked.at : undefined;
  return {
    kind: 'hunks',
    hunks,
    sides,
    choices,
    all,
    open,
    at: chosen ?? open[0] ?? all[0] ?? 0,
    broken,
    goTo: (at) => setLooked({ about, at }),
    set(index, choice) {
      // What was decided meanwhile counts as well.
      const now = settledHunks.get(author, about);
      const latest = new Map(now !== undefined && isSame(now.hunks, hunks) ? now.choices : choices);
      if (choice === undefined) latest.delete(index);
      else latest.set(index, choice);
      settledHunks.set(author, about, { hunks, choices: latest });
      setShown(latest);
    },
  };
}

const unsettled: HunkChoices = new Map();

/** What a text that was put together of hunks would no longer be. */
export function brokenWith(
  { base, current, incoming }: TextSides,
  hunks: readonly TextHunk[],
  choices: HunkChoices,
): RowHunks['broken'] {
  const sides = base === undefined ? [current, incoming] : [base, current, incoming];
  return brokenForm(sides, assembleHunks(hunks, choices));
}

function isSame(left: readonly TextHunk[], right: readonly TextHunk[]): boolean {
  if (left === right) return true;
  return (
    left.length === right.length &&
    left.every((one, index) => {
      const other = right[index];
      return (
        one.by === other?.by &&
        one.base === other.base &&
        one.current === other.current &&
        one.incoming === other.incoming
      );
    })
  );
}
