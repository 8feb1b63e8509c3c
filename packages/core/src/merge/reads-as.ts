import type { MergeContext } from './context.ts';
import type { Layout } from './layout.ts';
import { holdsLostAlias } from './lost-alias.ts';
import { parseText } from './parse.ts';

/** Whether the text, put behind a key or a dash, is YAML and holds the value: a check of every text put together anew. */
export function readsAs(
  text: string,
  member: 'pair' | 'item',
  value: number,
  target: Layout,
  context: MergeContext,
): boolean {
  const marker = member === 'pair' ? 'k:' : '-';
  try {
    const tree = parseText(
      `${' '.repeat(target.indent)}${marker}${/^\s/.test(text) ? '' : ' '}${text}`,
      'the merged value',
      'allow',
    );
    context.values.learn(tree);
    const root = tree.documents[0]?.root;
    const entry = root?.kind === 'map' || root?.kind === 'seq' ? root.entries[0] : undefined;
    if (entry === undefined) return false;
    // An alias of something outside the text is known only in the whole merged text, which is checked in the end.
    return holdsLostAlias(entry.node, context) || context.values.of(entry.node) === value;
  } catch {
    return false;
  }
}
