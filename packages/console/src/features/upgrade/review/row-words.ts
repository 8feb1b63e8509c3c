import type { ReviewedDecision } from '@sealift/core/api';
import { isSecretPath, maskText } from '@sealift/core/merge';
import { mask } from '@sealift/core/secret';
import type { Resolution, ReviewRow } from './review-rows.ts';

/** What a page shows in the place of a secret. */
export const hiddenValue = '••••••';

/** A decision's kind in a word or two. */
export const kindWords: Readonly<Record<ReviewedDecision['kind'], string>> = {
  conflict: 'open',
  'kept-custom': 'kept',
  'added-by-site': 'kept, added by site',
  'removed-by-site': 'stays removed',
  'same-change': 'same change',
  moved: 'kept, moved',
  'taken-incoming': 'taken',
  'added-by-release': 'added',
  'removed-by-release': 'removed',
};

/** What the answers to a conflict are called. */
export const answerWords = {
  current: 'current kept',
  incoming: 'incoming taken',
  base: 'back to base',
  value: 'own value',
} as const;

/** What becomes of a row, in a word or two. */
export function resultWord({ decision, isOpen, layer }: ReviewRow): string {
  if (decision.kind !== 'conflict') return kindWords[decision.kind];
  if (layer.pasted !== null) return 'edited by hand';
  return isOpen || decision.resolvedBy === undefined ? kindWords.conflict : answerWords[decision.resolvedBy];
}

/** The side whose value a row's result is; `value` where a person gave it, `none` where nothing is there. */
export function winner({ decision }: ReviewRow): 'base' | 'current' | 'incoming' | 'value' | 'none' {
  const side = winningSide(decision);
  return side === 'value' || side === 'none' || decision[side] !== undefined ? side : 'none';
}

function winningSide({ kind, resolvedBy }: ReviewedDecision): ReturnType<typeof winner> {
  switch (kind) {
    case 'conflict':
      return resolvedBy ?? 'current';
    case 'taken-incoming':
    case 'added-by-release':
      return 'incoming';
    case 'removed-by-release':
    case 'removed-by-site':
      return 'none';
    default:
      return 'current';
  }
}

/** From which value to which: what a person is asked about, what he changed once, or what the release changes. */
export function changeOfRow(row: ReviewRow): { readonly from: string | undefined; readonly to: string | undefined } {
  const { decision, isOpen, answer, layer } = row;
  const by = winner(row);
  if (isOpen) return { from: valueOf(decision, 'current'), to: valueOf(decision, 'incoming') };
  if (by === 'value' && answer !== undefined && 'value' in answer) {
    return { from: valueOf(decision, 'current'), to: shownOwnValue(answer.value, row.decision, layer.passwords) };
  }
  if (by === 'current' || decision.kind === 'removed-by-site') {
    return { from: valueOf(decision, 'base'), to: valueOf(decision, 'current') };
  }
  return {
    from: valueOf(decision, 'current'),
    to: by === 'base' || by === 'incoming' ? valueOf(decision, by) : undefined,
  };
}

/** A value of a decision as it may be shown; undefined where nothing is there. */
export function valueOf(decision: ReviewedDecision, side: 'base' | 'current' | 'incoming'): string | undefined {
  const shown = decision[side];
  if (shown === undefined) return undefined;
  if (shown.text === mask) return hiddenValue;
  return shown.cut === true ? `${shown.text} …` : shown.text;
}

/** Whether what is decided is a secret, or holds one: by its path, the schema, or what the server hid of its values. */
export function isSecretDecision({ path, masked }: ReviewedDecision, passwords: readonly string[]): boolean {
  return masked === true || isSecretPath(path, passwords);
}

/** Of a value of one's own, in UTF-16 code units: a longer one is read in the result. */
const shownLength = 2000;

/** A value that a person gave, as a page may show it. */
export function shownOwnValue(value: string, decision: ReviewedDecision, passwords: readonly string[]): string {
  if (value.length > shownLength) return `a text of ${value.trimEnd().split('\n').length} lines`;
  const isWhole = (['base', 'current', 'incoming'] as const).every((side) => !isCollection(decision[side]?.text));
  if (isWhole && isSecretDecision(decision, passwords)) return hiddenValue;
  return maskText(value, { under: decision.path, declared: passwords });
}

/** Whether a value as it is written holds keys or items of its own. */
function isCollection(text: string | undefined): boolean {
  return text !== undefined && /^(?:[{[]|- |(?:[^\s"'|>#][^\n]*|"[^"\n]*"|'[^'\n]*'):(?:\s|$))/.test(text.trimStart());
}

/** What a person is told that an answer does. */
export function answerWord(resolution: Resolution): string {
  return 'take' in resolution ? answerWords[resolution.take] : answerWords.value;
}
