import { SealiftError } from '../errors/index.ts';
import { MergeContext } from './context.ts';
import { mergeDocument } from './merge-document.ts';
import { parseText } from './parse.ts';
import { pathText } from './path-text.ts';
import type { TextTree } from './tree.ts';
import type { Decision, MergeInput, MergeResult } from './types.ts';
import { Values } from './values.ts';
import { verifyMerged } from './verify.ts';

/**
 * Merges a site's values with a release's new default values, both seen as changes of the old default values.
 *
 * The merged text is put together from ranges of the three texts: what the site left as in base is incoming's text byte
 * for byte, what the release left is current's. Before it is returned it is read again and compared with the values
 * that the decisions promise.
 *
 * @throws SealiftError MERGE_YAML_INVALID and the other MERGE_ codes, when a text cannot be merged for certain; the
 *   place names text, line and column
 */
export function merge(input: MergeInput): MergeResult {
  const base = parseText(input.base, 'base');
  const current = parseText(input.current, 'current');
  const incoming = parseText(input.incoming, 'incoming');
  const trees = [base, current, incoming];
  const values = new Values(trees);
  const context = new MergeContext(
    values,
    trees.some((tree) => tree.aliasTargets.size > 0),
    input.resolutions ?? [],
  );
  const documents = mergeDocuments({ base, current, incoming }, context);
  const text = documents.map((document) => document.text).join('');
  verifyMerged(
    text,
    documents.map((document) => document.value),
    context,
  );
  const { decisions } = context;
  const conflicts = decisions.filter((decision) => isOpen(decision));
  return { clean: conflicts.length === 0, text, decisions, conflicts };
}

/** Whether a decision still waits for a person. */
export function isOpen(decision: Decision): boolean {
  return decision.kind === 'conflict' && decision.resolvedBy === undefined;
}

/**
 * A text's customisations against its base: what `current` changed, added or removed.
 *
 * @throws SealiftError as {@link merge} does
 */
export function changedPaths(base: string, current: string): readonly Decision[] {
  return merge({ base, current, incoming: base }).decisions;
}

function mergeDocuments(
  trees: { readonly base: TextTree; readonly current: TextTree; readonly incoming: TextTree },
  context: MergeContext,
): readonly { readonly text: string; readonly value: number }[] {
  const { base, current, incoming } = trees;
  const counts = [base, current, incoming].map((tree) => tree.documents.length);
  if (new Set(counts).size !== 1) {
    throw new SealiftError('MERGE_YAML_INVALID', {
      place: pathText([]),
      values: { text: 'the merge', reason: `the texts have ${counts.join(', ')} documents`, excerpt: '' },
    });
  }
  const several = base.documents.length > 1;
  return base.documents.flatMap((document, index) => {
    const ofCurrent = current.documents[index];
    const ofIncoming = incoming.documents[index];
    if (ofCurrent === undefined || ofIncoming === undefined) return [];
    return [
      mergeDocument({ base: document, current: ofCurrent, incoming: ofIncoming }, several ? [index] : [], context),
    ];
  });
}
