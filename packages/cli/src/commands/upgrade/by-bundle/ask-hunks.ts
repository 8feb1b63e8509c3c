import type { LayerPreview } from '@sealift/core/api';
import {
  askedHunks,
  assembleHunks,
  brokenForm,
  type HunkChoice,
  hunkAnswer,
  type Resolution,
  type TextHunk,
  textHunks,
  type TextSides,
} from '@sealift/core/merge';
import { plainLine } from '../../../terminal/plain-line.ts';
import type { Asking } from './asking.ts';
import { sideLines } from './side-lines.ts';

type Conflict = LayerPreview['conflicts'][number];

/** A conflict on a long text, taken apart. */
export interface HunkedConflict {
  readonly hunks: readonly TextHunk[];
  readonly sides: TextSides;
}

/** Takes a conflict apart; undefined where it is no long text, or a secret, which is never shown. */
export function hunksOf({ base, current, incoming, masked }: Conflict): HunkedConflict | undefined {
  if (masked === true || typeof current?.value !== 'string' || typeof incoming?.value !== 'string') return undefined;
  const was = base?.value;
  if (was !== undefined && typeof was !== 'string') return undefined;
  const sides = { base: was, current: current.value, incoming: incoming.value };
  const hunks = textHunks(sides);
  return hunks === undefined ? undefined : { hunks, sides };
}

const choices = '[c] keep yours  [i] take the release’s  [b] back: ';

/**
 * Asks about each hunk of a long text that both sides changed; the rest of it is merged by itself.
 *
 * @returns undefined where it was given up, or would not be what it was any more
 */
export async function askHunks(
  { path }: Pick<Conflict, 'path'>,
  { hunks, sides }: HunkedConflict,
  { ask, tell }: Asking,
): Promise<Resolution | undefined> {
  const { all } = askedHunks(hunks, new Map());
  const chosen = new Map<number, HunkChoice>();
  for (const [nth, index] of all.entries()) {
    const hunk = hunks[index];
    if (hunk === undefined) continue;
    tell(`  Hunk ${nth + 1} of ${all.length}`);
    for (const side of ['base', 'current', 'incoming'] as const) {
      for (const line of sideLines(side, hunk[side] === '' ? undefined : hunk[side].replace(/\n$/, ''))) {
        tell(plainLine(line));
      }
    }
    const choice = await answerTo({ ask, tell });
    if (choice === 'back') return undefined;
    chosen.set(index, choice);
  }
  const texts = [sides.base, sides.current, sides.incoming].filter((side) => side !== undefined);
  const broken = brokenForm(texts, assembleHunks(hunks, chosen));
  if (broken === undefined) return hunkAnswer(path, { hunks, sides }, chosen);
  tell(`Put together like this, the text is no ${broken} any more; nothing was saved.`);
  return undefined;
}

async function answerTo({ ask, tell }: Asking): Promise<'current' | 'incoming' | 'back'> {
  for (;;) {
    const typed = (await ask(choices)).trim().toLowerCase();
    if (typed === 'c') return 'current';
    if (typed === 'i') return 'incoming';
    if (typed === 'b') return 'back';
    tell('Type c, i or b.');
  }
}
