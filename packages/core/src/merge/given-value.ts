import { reasonOf } from '../errors/index.ts';
import { badResolution, type Choice, type MergeContext } from './context.ts';
import { adapt, type Layout } from './layout.ts';
import { holdsLostAlias } from './lost-alias.ts';
import { parseText } from './parse.ts';
import { keyOf, leadOf, type MergedEntry, newlineOf } from './pieces.ts';
import type { Entry } from './tree.ts';
import type { MergePath } from './types.ts';

type Given = Extract<Choice, { take: 'value' }>;

/** A person's value (YAML text) as what follows a key: on the key's line, or as a block under it. */
export function givenValue(given: Given, target: Layout, context: MergeContext): { text: string; value: number } {
  const tree = parse(given);
  context.values.learn(tree);
  const root = tree.documents[0]?.root;
  if (root === undefined || tree.documents.length !== 1) throw badResolution(given.place, 'it holds several documents');
  const value = context.values.of(root);
  if (holdsLostAlias(root, context)) context.aliasesGiven.add(given.place);
  const newline = newlineOf(target);
  const lines = given.text.replaceAll('\r\n', '\n').trimEnd().split('\n');
  const first = lines[0] ?? '';
  const block = root.style === 'block';
  if (lines.length === 1 && !block)
    return { text: `${first.trim() === '' ? '' : ' '}${first.trim()}${newline}`, value };
  const padding = ' '.repeat(target.indent + 2);
  const indented = lines.map((line) => (line.trim() === '' ? line : padding + line));
  // A block scalar's header belongs on the key's line; a collection or a long scalar may stand below it.
  const startsScalar = !block && /^[|>]/.test(first);
  const text = startsScalar ? ` ${first}\n${indented.slice(1).join('\n')}\n` : `\n${indented.join('\n')}\n`;
  return { text: text.replaceAll('\n', newline), value };
}

/** A person's value under the key of an entry. */
export function givenEntry(
  given: Given,
  model: Entry,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): MergedEntry {
  const lead = leadOf(model);
  const key = keyOf(model);
  const { text, value } = givenValue(given, target, context);
  return {
    lead: lead === undefined ? '' : adapt(lead, target),
    main: (key === undefined ? '' : adapt(key, target)) + text,
    value,
    path,
  };
}

function parse(given: Given): ReturnType<typeof parseText> {
  try {
    return parseText(given.text, `the value for ${given.place}`, 'allow');
  } catch (error) {
    throw badResolution(given.place, given.isSecret ? 'the value is not valid YAML' : reasonOf(error));
  }
}
