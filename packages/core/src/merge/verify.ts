import { SealiftError } from '../errors/index.ts';
import type { MergeContext } from './context.ts';
import { parseText } from './parse.ts';

/** Reads the merged text again: it must hold exactly the values that were decided. */
export function verifyMerged(text: string, expected: readonly number[], context: MergeContext): void {
  const tree = parseText(text, 'the merged text');
  context.values.learn(tree);
  const found = tree.documents.map((document) => context.values.of(document.root));
  if (found.length === expected.length && found.every((number, index) => number === expected[index])) return;
  throw new SealiftError('MERGE_ALIAS_UNSOUND', { values: { path: '(document)' } });
}
