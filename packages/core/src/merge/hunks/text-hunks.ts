import { type LineStretch, lineStretches } from '../merge-lines.ts';
import { isEncoded, isPem } from '../opaque-text.ts';
import { textUnits } from './text-units.ts';

/** Of each text, in UTF-16 code units: a ConfigMap holds no more than a mebibyte. */
const longestText = 1_048_576;

/** How texts are taken apart: with another way, what was settled in hunks before is about other hunks, and this is another number. */
export const hunksForm = 1;

/** A stretch of a text in three versions, with line ends; put one behind the other the hunks are the three texts. */
export interface TextHunk {
  /** Who changed it: `both` to the same; `asked` is for a person to decide. */
  readonly by: 'nobody' | 'site' | 'release' | 'both' | 'asked';
  readonly base: string;
  readonly current: string;
  readonly incoming: string;
}

/** The three versions of a text; base may be missing, where both sides added it. */
export interface TextSides {
  readonly base: string | undefined;
  readonly current: string;
  readonly incoming: string;
}

/**
 * Takes a conflict on a long text apart, so that each change can be decided by itself. What one side alone changed is merged, as the merge of block
 * scalars does (`mergeBlockScalar`); where that refused to combine the sides at all, because nothing touches and they still do not fit, and in texts
 * of certificates, every change is asked about.
 *
 * @returns undefined where nothing is gained by it: fewer than two changes, encoded data, or longer than a ConfigMap can hold
 */
export function textHunks({ base, current, incoming }: TextSides): readonly TextHunk[] | undefined {
  const values = base === undefined ? [current, incoming] : [base, current, incoming];
  if (values.some((value) => value.length > longestText || isEncoded(value))) return undefined;
  const stretches =
    base === undefined
      ? addedByBoth(current, incoming)
      : lineStretches(textUnits(base), textUnits(current), textUnits(incoming));
  const asksAll = values.some(isPem) || !stretches.some(({ by }) => by === 'conflict');
  const hunks = stretches.map((stretch) => hunkOf(stretch, asksAll));
  return hunks.filter(({ by }) => by !== 'nobody').length < 2 ? undefined : hunks;
}

/** Without a base there is only what both have, and what one of them has. */
function addedByBoth(current: string, incoming: string): readonly LineStretch[] {
  const ours = textUnits(current);
  return lineStretches(ours, ours, textUnits(incoming)).map((stretch) => ({
    ...stretch,
    base: [],
    by: stretch.by === 'nobody' ? 'nobody' : 'conflict',
  }));
}

function hunkOf({ by, base, current, incoming }: LineStretch, asksAll: boolean): TextHunk {
  const isAsked = by === 'conflict' || (asksAll && (by === 'site' || by === 'release'));
  const texts = { base: base.join(''), current: current.join(''), incoming: incoming.join('') };
  return { by: isAsked ? 'asked' : by, ...texts };
}
