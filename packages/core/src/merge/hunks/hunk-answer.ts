import type { MergePath, Resolution } from '../types.ts';
import { assembleHunks, type HunkChoices } from './assemble-hunks.ts';
import { stringSource } from './string-source.ts';
import type { TextHunk, TextSides } from './text-hunks.ts';

/** The one answer that settled hunks come to: a side, where the text is that side's, else a value of one's own. */
export function hunkAnswer(
  path: MergePath,
  { hunks, sides }: { readonly hunks: readonly TextHunk[]; readonly sides: TextSides },
  choices: HunkChoices,
): Resolution {
  const text = assembleHunks(hunks, choices);
  const side = (['current', 'incoming', 'base'] as const).find((name) => sides[name] === text);
  return side === undefined ? { path: [...path], value: stringSource(text) } : { path: [...path], take: side };
}
