import type { LayerTexts, ShownText } from '@sealift/core/api';
import { secretRanges } from '@sealift/core/merge';
import type { LinkedRow } from './carried-answers.ts';
import { declaredPasswords } from './declared-passwords.ts';
import { mergeRow } from './layer-merge.ts';

/**
 * A row's texts with their secrets pointed out: `LayerTexts` as JSON in UTF-8. To find the secrets takes as long as to merge, so a page is spared
 * it.
 *
 * @throws MERGE_*, RECORD_DAMAGED
 */
export function textsAnew(row: LinkedRow): Uint8Array {
  const declared = declaredPasswords(row);
  const shown = (text: string): ShownText => ({
    text,
    secrets: secretRanges(text, { declared }).map(({ start, end }) => [start, end]),
  });
  const texts: LayerTexts = {
    base: shown(row.base),
    current: shown(row.current),
    incoming: shown(row.incoming),
    merged: shown(mergeRow(row).text ?? ''),
  };
  return new TextEncoder().encode(JSON.stringify(texts));
}
