import {
  askedHunks,
  assembleHunks,
  type HunkChoice,
  type HunkChoices,
  hunkAnswer,
  stringSource,
} from '@sealift/core/merge';
import type { Resolution, ReviewRow } from '../review-rows.ts';
import { choiceWord } from './hunk-words.ts';
import { brokenWith, type ShownHunks } from './use-row-hunks.ts';

interface Hunked {
  readonly row: ReviewRow | undefined;
  readonly hunks: ShownHunks;
  /** Why the row can't be answered now; undefined where it can. */
  readonly refusal: string | undefined;
  /** Tells a person what happened. */
  readonly say: (words: string) => void;
  /** Keeps how the last decision is taken back, where it is that of a hunk alone. */
  readonly undoBy: (undo: () => void) => void;
  /** Answers the row; `undo` belongs to it. */
  readonly answer: (row: ReviewRow, resolution: Resolution, undo: () => void) => void;
}

/** Settles hunks of the row that is looked at, one after the other; the last of them saves the text. */
export function useHunkAnswers({ row, hunks, refusal, say, undoBy, answer }: Hunked) {
  const save = (choices: HunkChoices, undo: () => void): void => {
    if (row === undefined || hunks.kind !== 'hunks') return;
    const broken = brokenWith(hunks.sides, hunks.hunks, choices);
    if (broken === undefined) return answer(row, hunkAnswer(row.decision.path, hunks, choices), undo);
    undoBy(undo);
    say(`Not saved: put together like this, the text is no ${broken} any more.`);
  };
  return {
    choose: (choice: HunkChoice): void => {
      if (hunks.kind !== 'hunks') return;
      if (refusal !== undefined) return say(refusal);
      const { at, all, choices } = hunks;
      const before = choices.get(at);
      const undo = (): void => {
        hunks.set(at, before);
        hunks.goTo(at);
      };
      const next = new Map(choices).set(at, choice);
      hunks.set(at, choice);
      const { open } = askedHunks(hunks.hunks, next);
      const following = open.find((index) => index > at) ?? open[0];
      const told = `Hunk ${all.indexOf(at) + 1} of ${all.length}: ${choiceWord(choice)}.`;
      if (following === undefined) return save(next, undo);
      hunks.goTo(following);
      undoBy(undo);
      say(`${told} ${open.length} open. Next: hunk ${all.indexOf(following) + 1}`);
    },
    /** Opens the hunk that was settled last. */
    openAgain: (): void => {
      if (hunks.kind !== 'hunks' || hunks.latest === undefined) return;
      if (refusal !== undefined) return say(refusal);
      hunks.set(hunks.latest, undefined);
      hunks.goTo(hunks.latest);
      say(`Hunk ${hunks.all.indexOf(hunks.latest) + 1} of ${hunks.all.length} is open again.`);
    },
    use: (): void => {
      if (hunks.kind !== 'hunks') return;
      if (refusal !== undefined) say(refusal);
      else save(hunks.choices, () => undefined);
    },
  };
}

/** The settled hunks put together, as YAML; undefined where none is settled. */
export function assembledSource(hunks: ShownHunks): string | undefined {
  if (hunks.kind !== 'hunks' || hunks.choices.size === 0) return undefined;
  return stringSource(assembleHunks(hunks.hunks, hunks.choices));
}
