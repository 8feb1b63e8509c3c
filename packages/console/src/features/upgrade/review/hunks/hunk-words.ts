import { type HunkChoice, hunkResult } from '@sealift/core/merge';
import { answerWords } from '../row-words.ts';
import type { RowHunks } from './use-row-hunks.ts';

/** What a person is told that a hunk was settled to. */
export function choiceWord(choice: HunkChoice): string {
  return typeof choice === 'string' ? answerWords[choice] : 'own lines';
}

/** The lines of a hunk that a list shows, and how many it leaves out. */
export interface HunkLines {
  readonly lines: readonly string[];
  readonly left: number;
  /** Its last line, which is shown, has no end. */
  readonly isUnended: boolean;
}

/** More than that of one hunk is read in the panes. */
const mostLines = 60;

/** The lines of a text, as a page shows them. */
export function hunkLines(text: string): HunkLines {
  const lines = text.split(/\r?\n/);
  const isEnded = lines.at(-1) === '';
  const all = isEnded ? lines.slice(0, -1) : lines;
  return {
    lines: all.slice(0, mostLines),
    left: Math.max(0, all.length - mostLines),
    isUnended: !isEnded && all.length <= mostLines,
  };
}

/** In which line of each text the hunk begins, from 1. */
export function startOf({
  hunks,
  at,
}: Pick<RowHunks, 'hunks' | 'at'>): Record<'base' | 'current' | 'incoming', number> {
  const start = { base: 1, current: 1, incoming: 1 };
  for (const hunk of hunks.slice(0, at)) {
    for (const name of ['base', 'current', 'incoming'] as const) start[name] += hunk[name].split('\n').length - 1;
  }
  return start;
}

/** Lines above and below a hunk that tell where one is. */
const contextLines = 3;

/** What stands before and after the hunk that is looked at, as it is settled so far. */
export function linesAround({ hunks, choices, at }: Pick<RowHunks, 'hunks' | 'choices' | 'at'>): {
  readonly above: readonly string[];
  readonly below: readonly string[];
} {
  const lines = (index: number): readonly string[] => {
    const hunk = hunks[index];
    return hunk === undefined
      ? []
      : hunkResult(hunk, choices.get(index))
          .replace(/\r?\n$/, '')
          .split(/\r?\n/);
  };
  return { above: lines(at - 1).slice(-contextLines), below: lines(at + 1).slice(0, contextLines) };
}
