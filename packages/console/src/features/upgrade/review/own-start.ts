import type { LayerTexts, ReviewedDecision } from '@sealift/core/api';
import type { Resolution } from './review-rows.ts';

/**
 * What the field for a value of one's own begins with: the one in force, else what the site runs now, as it is written. It may be a secret.
 *
 * @returns undefined while the texts, from which it has to be read, are not there
 */
export function ownStart(
  { current }: ReviewedDecision,
  answer: Resolution | undefined,
  texts: LayerTexts | undefined,
): string | undefined {
  if (answer !== undefined && 'value' in answer) return answer.value;
  if (current === undefined) return '';
  // What was moved or made by a preset stands nowhere in the text as the site has it.
  if (current.span === undefined) return '';
  return texts === undefined ? undefined : standingAlone(texts.current.text.slice(...current.span));
}

/** A value as it is written in its text, moved to the left: its first line begins behind a key there, the others do not. */
export function standingAlone(source: string): string {
  const [first = '', ...rest] = source.trimEnd().split(/\r\n?|\n/);
  const indents = rest.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  if (!Number.isFinite(least)) return first;
  const margin = /^[|>]/.test(first) ? '  ' : '';
  return [first, ...rest.map((line) => (line.trim() === '' ? '' : margin + line.slice(least)))].join('\n');
}
