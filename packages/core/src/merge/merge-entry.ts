import type { Choice, MergeContext, Triple } from './context.ts';
import { nodesOf } from './context.ts';
import { givenEntry } from './given-value.ts';
import type { Layout } from './layout.ts';
import { adapt, reads } from './layout.ts';
import { mergeNested } from './merge-nested.ts';
import { mergeLeaf } from './merge-leaf.ts';
import type { Entry, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';
import { writtenOut } from './written-out.ts';
import { type MergedEntry, keyOf, leadOf, mainOf, mergeComments, pickPiece, wholeEntry } from './pieces.ts';
import type { PresentTriple } from './triple.ts';

/**
 * Merges what the three texts have for one path; undefined when the merged text has nothing there.
 *
 * @param unit the value is not taken apart: which of its members belong together would be a guess
 */
export function mergeEntry(
  triple: Triple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
  unit = false,
): MergedEntry | undefined {
  const { base, current, incoming } = triple;
  if (context.isForced(path)) {
    const reason = 'An anchor or alias in it would stand for another value in the merged text.';
    return takeSide(
      context.decide('conflict', path, nodesOf(triple), reason, 'current'),
      triple,
      path,
      target,
      context,
    );
  }
  if (current !== undefined && incoming !== undefined) {
    return mergePresent({ base, current, incoming, lead: triple.lead }, path, target, context, unit);
  }
  if (current !== undefined) {
    const merged = onlyCurrent(base, current, path, target, context);
    return merged === undefined || triple.lead === undefined ? merged : { ...merged, lead: triple.lead };
  }
  if (incoming !== undefined) return onlyIncoming(base, incoming, path, target, context);
  if (base === undefined) return undefined;
  const choice = context.decide(
    'same-change',
    path,
    nodesOf(triple),
    'The site and the release both removed it.',
    'current',
  );
  return takeSide(choice, triple, path, target, context);
}

function mergePresent(
  triple: PresentTriple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
  unit: boolean,
): MergedEntry | undefined {
  const { base, current, incoming } = triple;
  if (base !== undefined && untouched(base, current, incoming, context)) {
    return wholeEntry(incoming, context.values.of(incoming.node), path, target);
  }
  const lead = triple.lead ?? mergeComments(leadOf(base), leadOf(current), leadOf(incoming), target);
  const key = pickPiece(keyOf(base), keyOf(current), keyOf(incoming));
  const keyText = key === undefined ? '' : adapt(key, target);
  let why: string | undefined;
  if (!unit && !context.resolves(path)) {
    const nested = mergeNested(triple, path, target, context);
    if (nested !== undefined && 'text' in nested) {
      return { lead, main: keyText + nested.text, value: nested.value, path, members: nested.members };
    }
    why = nested?.why;
  }
  const leaf = mergeLeaf(triple, path, target, context, why);
  if (leaf === undefined) return undefined;
  return { lead: lead + leaf.extraLead, main: keyText + leaf.text, value: leaf.value, path };
}

function untouched(base: Entry, current: Entry, incoming: Entry, context: MergeContext): boolean {
  const main = mainOf(base);
  const lead = leadOf(base);
  if (!reads(main, mainOf(current)) || !reads(main, mainOf(incoming))) return false;
  if (!reads(lead, leadOf(current)) || !reads(lead, leadOf(incoming))) return false;
  if (!context.hasAliases) return true;
  const { values } = context;
  return values.same(base.node, current.node) && values.same(base.node, incoming.node);
}

function onlyCurrent(
  base: Entry | undefined,
  current: Entry,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): MergedEntry | undefined {
  const triple = { base, current };
  const nodes = nodesOf(triple);
  let choice: Choice;
  if (base === undefined) {
    choice = context.decide(
      'added-by-site',
      path,
      nodes,
      'The site added it and the release does not have it.',
      'current',
    );
  } else if (onlyTakesAway(base.node, current.node, context)) {
    const reason = 'The release removed it and the site had not customised it.';
    choice = context.decide('removed-by-release', path, nodes, reason, 'incoming');
  } else {
    const reason = 'The site customised it and the release removed it.';
    choice = context.decide('conflict', path, nodes, reason, 'current');
  }
  return takeSide(choice, triple, path, target, context);
}

function onlyIncoming(
  base: Entry | undefined,
  incoming: Entry,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): MergedEntry | undefined {
  const triple = { base, incoming };
  const nodes = nodesOf(triple);
  let choice: Choice;
  if (base === undefined) {
    choice = context.decide('added-by-release', path, nodes, 'The release added it.', 'incoming');
  } else if (onlyTakesAway(base.node, incoming.node, context)) {
    const reason = 'The site removed it and the release added nothing to it.';
    choice = context.decide('removed-by-site', path, nodes, reason, 'current');
  } else {
    const reason = 'The site removed it and the release changed it.';
    choice = context.decide('conflict', path, nodes, reason, 'current');
  }
  return takeSide(choice, triple, path, target, context);
}

/** Whether the later value is the earlier one, or a mapping that only lacks keys of it. */
export function onlyTakesAway(earlier: TreeNode, later: TreeNode, context: MergeContext): boolean {
  if (context.values.same(earlier, later)) return true;
  if (earlier.kind !== 'map' || later.kind !== 'map') return false;
  return later.entries.every((entry) => {
    const before = earlier.byKey.get(entry.key);
    return before !== undefined && onlyTakesAway(before.node, entry.node, context);
  });
}

/** The whole entry of the chosen side, or the given value under the entry's key. */
export function takeSide(
  choice: Choice,
  triple: Triple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): MergedEntry | undefined {
  if (choice.take === 'value') {
    const model = triple.current ?? triple.incoming ?? triple.base;
    return model === undefined ? undefined : givenEntry(choice, model, path, target, context);
  }
  const entry = triple[choice.take];
  if (entry === undefined) return undefined;
  const whole = wholeEntry(entry, context.values.of(entry.node), path, target);
  if (!context.isWrittenOut(path)) return whole;
  const main = mainOf(entry);
  const start = entry.member === 'item' ? entry.separatorEnd : entry.head;
  return { ...whole, main: adapt({ ...main, text: writtenOut(entry, start, context.values) }, target) };
}
