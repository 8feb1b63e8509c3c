import { isMap, isScalar } from 'yaml';
import type { Choice, MergeContext } from './context.ts';
import { type MergedDocument, mergeDocument } from './merge-document.ts';
import { onlyTakesAway } from './merge-entry.ts';
import { orderKeys } from './order.ts';
import { planByEquality } from './plan-list.ts';
import type { DocumentTree, TextTree } from './tree.ts';
import type { MergePath } from './types.ts';

interface Trees {
  readonly base: TextTree;
  readonly current: TextTree;
  readonly incoming: TextTree;
}

interface Documents {
  readonly base?: DocumentTree | undefined;
  readonly current?: DocumentTree | undefined;
  readonly incoming?: DocumentTree | undefined;
}

/**
 * Merges all documents of the three texts. They are matched as Kubernetes objects (kind, namespace, name) where all of
 * them are such, else by position where all texts have as many, else by equality; undefined when none of these serves.
 */
export function mergeDocuments(trees: Trees, context: MergeContext): readonly MergedDocument[] | undefined {
  const matched = match(trees, context);
  if (matched === undefined) return undefined;
  const several = Object.values(trees).some((tree: TextTree) => tree.documents.length > 1);
  const indices = new Map(
    Object.values(trees).flatMap((tree: TextTree) =>
      tree.documents.map((document, index) => [document, index] as const),
    ),
  );
  const merged: MergedDocument[] = [];
  for (const documents of matched) {
    const named = documents.base ?? documents.incoming ?? documents.current;
    const path = several && named !== undefined ? [indices.get(named) ?? 0] : [];
    const document = mergeMatched(documents, path, context);
    if (document === undefined) continue;
    const before = merged.at(-1);
    merged.push(before === undefined ? document : separated(before, document));
  }
  return merged;
}

/** A later document starts on a new line with `---`. */
function separated(before: MergedDocument, document: MergedDocument): MergedDocument {
  // A document of nothing but `---` leaves the end of that line to the next.
  const newline = before.text === '' || before.text.endsWith('\n') || /^\r?\n/.test(document.text) ? '' : '\n';
  const ended = /^\.\.\.\s*(?:\n|$)(?![\s\S]*^[^#\s])/m.test(before.text);
  const marker = ended || /^(?:[^\S\n]*(?:#[^\n]*)?\n|%[^\n]*\n)*---(?:\s|$)/.test(document.text) ? '' : '---\n';
  return { ...document, text: newline + marker + document.text };
}

function match(trees: Trees, context: MergeContext): readonly Documents[] | undefined {
  const { base, current, incoming } = trees;
  const sides = [base, current, incoming];
  const objects = sides.map((tree) => identities(tree));
  const counts = new Set(sides.map((tree) => tree.documents.length));
  const [ofBase, ofCurrent, ofIncoming] = objects;
  if (base.documents.length > 1 && ofBase !== undefined && ofCurrent !== undefined && ofIncoming !== undefined) {
    return orderKeys([...ofBase.keys()], [...ofCurrent.keys()], [...ofIncoming.keys()]).map((key) => ({
      base: ofBase.get(key),
      current: ofCurrent.get(key),
      incoming: ofIncoming.get(key),
    }));
  }
  if (counts.size === 1) {
    return base.documents.map((document, index) => ({
      base: document,
      current: current.documents[index],
      incoming: incoming.documents[index],
    }));
  }
  const numbers = (tree: TextTree): readonly number[] =>
    tree.documents.map((document) => context.values.of(document.root));
  const slots = planByEquality({ base: numbers(base), current: numbers(current), incoming: numbers(incoming) });
  return slots?.map((slot) => ({
    base: slot.base === undefined ? undefined : base.documents[slot.base],
    current: slot.current === undefined ? undefined : current.documents[slot.current],
    incoming: slot.incoming === undefined ? undefined : incoming.documents[slot.incoming],
  }));
}

function identities(tree: TextTree): ReadonlyMap<string, DocumentTree> | undefined {
  const found = new Map<string, DocumentTree>();
  for (const document of tree.documents) {
    const { yaml } = document.root;
    const parts = [['kind'], ['metadata', 'namespace'], ['metadata', 'name']].map((path) =>
      isMap(yaml) ? yaml.getIn(path, true) : undefined,
    );
    if (!isScalar(parts[0]) || !isScalar(parts[2])) return undefined;
    const key = JSON.stringify(parts.map((part) => (isScalar(part) ? String(part.value) : '')));
    if (found.has(key)) return undefined;
    found.set(key, document);
  }
  return found;
}

function mergeMatched(documents: Documents, path: MergePath, context: MergeContext): MergedDocument | undefined {
  const { base, current, incoming } = documents;
  if (current !== undefined && incoming !== undefined) return mergeDocument({ base, current, incoming }, path, context);
  const choice = chooseOneSided(documents, path, context);
  if (choice.take === 'value') return undefined;
  const chosen = documents[choice.take];
  if (chosen === undefined) return undefined;
  const text = chosen.source.text.slice(chosen.start, chosen.end);
  return { text, value: context.values.of(chosen.root), path };
}

function chooseOneSided({ base, current, incoming }: Documents, path: MergePath, context: MergeContext): Choice {
  const nodes = { base: base?.root, current: current?.root, incoming: incoming?.root };
  const decide = context.decide.bind(context);
  if (current !== undefined) {
    if (base === undefined) return decide('added-by-site', path, nodes, 'The site added the document.', 'current');
    return onlyTakesAway(base.root, current.root, context)
      ? decide(
          'removed-by-release',
          path,
          nodes,
          'The release removed the document, which the site had not customised.',
          'incoming',
        )
      : decide('conflict', path, nodes, 'The site customised the document and the release removed it.', 'current');
  }
  if (incoming !== undefined) {
    if (base === undefined)
      return decide('added-by-release', path, nodes, 'The release added the document.', 'incoming');
    return onlyTakesAway(base.root, incoming.root, context)
      ? decide(
          'removed-by-site',
          path,
          nodes,
          'The site removed the document and the release added nothing to it.',
          'current',
        )
      : decide('conflict', path, nodes, 'The site removed the document and the release changed it.', 'current');
  }
  return decide('same-change', path, nodes, 'The site and the release both removed the document.', 'current');
}
