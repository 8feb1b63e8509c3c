import { isSealiftError, SealiftError } from '../errors/index.ts';
import { aliasPlace } from './alias-place.ts';
import { AliasRepairs } from './alias-repairs.ts';
import { badResolution, MergeContext } from './context.ts';
import type { MergedDocument } from './merge-document.ts';
import { mergeDocuments } from './merge-documents.ts';
import { migrate } from './migrate.ts';
import { describeMigrations, traceDecisions } from './moved-decisions.ts';
import { parseText } from './parse.ts';
import { pathText } from './path-text.ts';
import { applyPresets, enabledPresets, readPresets } from './presets.ts';
import { TrackedText } from './tracked-text.ts';
import type { Decision, MergedTrees, MergeInput, MergePath, MergeResult } from './types.ts';
import { Values } from './values.ts';
import { type Unsound, verifyMerged } from './verify.ts';

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
  const preset = withPresets(input);
  const migrated = migrate({ ...preset, incoming: preset.incoming.text }, input.migrations ?? []);
  const prepared = { base: migrated.base, current: migrated.current, incoming: preset.incoming };
  const trees = {
    base: parseText(prepared.base.text, 'base'),
    current: parseText(prepared.current.text, 'current'),
    incoming: parseText(prepared.incoming.text, 'incoming'),
  };
  const values = new Values(Object.values(trees));
  const resolutions = input.resolutions ?? [];
  const hasAliases =
    Object.values(trees).some((tree) => tree.aliasTargets.size > 0) ||
    resolutions.some((resolution) => 'value' in resolution && resolution.value.includes('*'));
  const repairs = new AliasRepairs();
  for (;;) {
    const context = new MergeContext(values, { hasAliases, repairs, resolutions, listKeys: input.listKeys ?? [] });
    const documents = mergeDocuments(trees, context) ?? wholeTexts(trees, context);
    const text = documents.map((document) => document.text).join('');
    const unsound = findUnsound(text, documents, context);
    const [path] = unsound.paths;
    if (path === undefined && unsound.lostAnchors.length === 0) {
      const decisions = describeMigrations(traceDecisions(context.decisions, prepared, input), migrated);
      return { ...resultOf(text, decisions), unusedResolutions: context.unusedResolutions(), trees };
    }
    if (!repairs.mend(unsound)) throw refused(path ?? [], unsound, context, trees);
  }
}

/** The error of a merge whose aliases do not work out. */
function refused(
  path: MergePath,
  { lostAnchors }: Unsound,
  context: MergeContext,
  { base, current, incoming }: MergedTrees,
): SealiftError {
  const [given] = context.aliasesGiven;
  const [lost] = lostAnchors;
  if (given !== undefined && lost !== undefined) {
    return badResolution(given, `the merged text has no anchor &${lost} before it`);
  }
  const values = { path: pathText(path), excerpt: '' };
  const found = aliasPlace([current, incoming, base], path);
  if (found === undefined) return new SealiftError('MERGE_ALIAS_UNSOUND', { place: pathText(path), values });
  return new SealiftError('MERGE_ALIAS_UNSOUND', found.source.at(found.offset, values));
}

/** The two default texts as they read with the presets that the site has switched on. */
function withPresets(input: MergeInput): {
  readonly base: TrackedText;
  readonly current: TrackedText;
  readonly incoming: TrackedText;
} {
  const current = new TrackedText(input.current);
  const { presets } = input;
  if (presets === undefined) {
    return { base: new TrackedText(input.base), current, incoming: new TrackedText(input.incoming) };
  }
  const enabled = enabledPresets(input.current);
  return {
    base: applyPresets(input.base, readPresets(presets.base), enabled),
    current,
    incoming: applyPresets(input.incoming, readPresets(presets.incoming), enabled),
  };
}

function findUnsound(text: string, documents: readonly MergedDocument[], context: MergeContext): Unsound {
  try {
    return verifyMerged(text, documents, context);
  } catch (error) {
    // The three texts were read, so what cannot be read now is a merged text that went wrong as a whole.
    if (isSealiftError(error)) return { paths: [[]], lostAnchors: [] };
    throw error;
  }
}

function resultOf(text: string, decisions: readonly Decision[]): Omit<MergeResult, 'unusedResolutions' | 'trees'> {
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

/** Texts whose documents cannot be matched: one conflict, with the current text in its place. */
function wholeTexts(trees: MergedTrees, context: MergeContext): readonly MergedDocument[] {
  const firsts = {
    base: trees.base.documents[0]?.root,
    current: trees.current.documents[0]?.root,
    incoming: trees.incoming.documents[0]?.root,
  };
  const reason =
    'The texts hold different numbers of documents, and it cannot be told for certain which belong together.';
  const choice = context.decide('conflict', [], firsts, reason, 'current');
  const chosen = choice.take === 'value' ? parseText(choice.text, 'the value given') : trees[choice.take];
  context.values.learn(chosen);
  return chosen.documents.map((document, index) => ({
    text: chosen.source.text.slice(document.start, document.end),
    value: context.values.of(document.root),
    path: [index],
  }));
}
