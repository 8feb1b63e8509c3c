import type { TextHunk } from './text-hunks.ts';

/** What a person decides about a hunk: one of its versions, or text of his own, with line ends. */
export type HunkChoice = 'current' | 'incoming' | 'base' | { readonly own: string };

/** Decisions by the index of their hunk. */
export type HunkChoices = ReadonlyMap<number, HunkChoice>;

/** What becomes of a hunk; while it is asked about and nobody has decided, the current text. */
export function hunkResult(hunk: TextHunk, choice: HunkChoice | undefined): string {
  if (hunk.by === 'release') return hunk.incoming;
  if (hunk.by !== 'asked' || choice === undefined) return hunk.current;
  return typeof choice === 'string' ? hunk[choice] : choice.own;
}

/** The text that decisions come to. */
export function assembleHunks(hunks: readonly TextHunk[], choices: HunkChoices): string {
  return hunks.map((hunk, index) => hunkResult(hunk, choices.get(index))).join('');
}

/** The indexes of the hunks that a person decides, those without a decision apart. */
export function askedHunks(
  hunks: readonly TextHunk[],
  choices: HunkChoices,
): { readonly all: readonly number[]; readonly open: readonly number[] } {
  const all = [...hunks.keys()].filter((index) => hunks[index]?.by === 'asked');
  return { all, open: all.filter((index) => !choices.has(index)) };
}

/**
 * What a person typed in a hunk's place, with the line ends of the text that it goes into. Between other lines it ends its last line; at the end of
 * the text it does so where the current text does, or the incoming one if the current has nothing there.
 *
 * @param typed lines, the last with or without its end; empty: no line at all
 */
export function ownHunk(typed: string, hunks: readonly TextHunk[], index: number): HunkChoice {
  const lines = typed.replaceAll('\r\n', '\n').replace(/\n$/, '');
  const { current = '', incoming = '' } = hunks[index] ?? {};
  const isLast = index === hunks.length - 1;
  const ends = !isLast || (current === '' ? incoming : current).endsWith('\n');
  if (lines === '' && !typed.includes('\n')) return { own: '' };
  const text = ends ? `${lines}\n` : lines;
  return { own: hunks.some(endsInCrlf) ? text.replaceAll('\n', '\r\n') : text };
}

/** Lines of a hunk as a field shows them: without the end of the last. */
export function typedHunk(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/\n$/, '');
}

function endsInCrlf({ current }: TextHunk): boolean {
  return current.includes('\r\n');
}
