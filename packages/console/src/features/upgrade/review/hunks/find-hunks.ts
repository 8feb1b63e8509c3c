import type { LayerTexts, ReviewedDecision } from '@sealift/core/api';
import { stringAt, type TextHunk, textHunks, type TextSides } from '@sealift/core/merge';
import { isSecretDecision } from '../row-words.ts';

/** The three texts of a layer, without what becomes of them. */
export type SideTexts = Pick<LayerTexts, 'base' | 'current' | 'incoming'>;

/**
 * Whether a conflict can be settled by hunk. `reading`: not known before the texts are there. `secret`: it is long, and hunks would show it, so it is
 * settled as a whole.
 */
export type FoundHunks =
  | { readonly kind: 'none' | 'reading' | 'secret' }
  | { readonly kind: 'hunks'; readonly hunks: readonly TextHunk[]; readonly sides: TextSides };

const none: FoundHunks = { kind: 'none' };
const names = ['base', 'current', 'incoming'] as const;

/** Takes a conflict on a long text apart. */
export function findHunks(
  decision: ReviewedDecision,
  passwords: readonly string[],
  texts: SideTexts | undefined,
): FoundHunks {
  if (decision.kind !== 'conflict' || decision.current === undefined || decision.incoming === undefined) return none;
  if (isSecretDecision(decision, passwords)) return isLongThere(decision, texts) ? { kind: 'secret' } : none;
  if (!names.some((name) => mayBeLong(decision[name]))) return none;
  if (texts === undefined) return { kind: 'reading' };
  const [base, current, incoming] = names.map((name) => valueIn(decision, name, texts));
  if (current === undefined || incoming === undefined || (base === undefined && decision.base !== undefined))
    return none;
  const sides = { base, current, incoming };
  const hunks = textHunks(sides);
  return hunks === undefined ? none : { kind: 'hunks', hunks, sides };
}

/** As much of it as a row shows tells: a block scalar, lines of their own, or line ends in quotes. */
function mayBeLong(side: ReviewedDecision['current']): boolean {
  return side !== undefined && /\n|^"(?:[^"]|\\.)*\\n/.test(side.text);
}

function isLongThere(decision: ReviewedDecision, texts: SideTexts | undefined): boolean {
  return names.some((name) => {
    const span = decision[name]?.span;
    return (
      span !== undefined &&
      texts?.[name].text
        .slice(...span)
        .trimEnd()
        .includes('\n') === true
    );
  });
}

/** What a migration moved or a preset wrote stands nowhere in the text as it was given. */
function valueIn(decision: ReviewedDecision, name: keyof SideTexts, texts: SideTexts): string | undefined {
  const span = decision[name]?.span;
  return span === undefined ? undefined : stringAt(texts[name].text, span);
}
