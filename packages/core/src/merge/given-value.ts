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
  if (root.style !== 'block' && /^[|>]/.test(given.text)) {
    return { text: ` ${movedScalar(given.text, target.indent + 2)}`.replaceAll('\n', newline), value };
  }
  const lines = given.text.replaceAll('\r\n', '\n').trimEnd().split('\n');
  const first = lines[0] ?? '';
  const block = root.style === 'block';
  if (lines.length === 1 && !block)
    return { text: `${first.trim() === '' ? '' : ' '}${first.trim()}${newline}`, value };
  const padding = ' '.repeat(target.indent + 2);
  const indented = lines.map((line) => (line.trim() === '' ? line : padding + line));
  return { text: `\n${indented.join('\n')}\n`.replaceAll('\n', newline), value };
}

/**
 * A block scalar that stands by itself, under a key: its header belongs on the key's line, and its lines are indented by so much, whatever they were
 * (YAML 1.2.2, 8.1.1.1).
 */
function movedScalar(given: string, indent: number): string {
  const [first = '', ...rest] = given.replaceAll('\r\n', '\n').split('\n');
  const told = /^[|>][+-]?([1-9])/.exec(first)?.[1];
  // Tabs are none of the indentation.
  const own = told === undefined ? (rest.find(isWritten) ?? '').search(/[^ ]|$/) : Number(told);
  const end = rest.findIndex((line) => isWritten(line) && line.search(/[^ ]/) < own);
  const body = (end === -1 ? rest : rest.slice(0, end)).map((line) => line.slice(own));
  const comments = end === -1 ? [] : rest.slice(end).map((line) => ' '.repeat(indent - 2) + line.trim());
  while (!first.includes('+') && body.at(-1) === '') body.pop();
  const header = told === undefined ? first : first.replace(told, '2');
  const lines = body.map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  const text = [header, ...lines, ...comments].join('\n');
  return text.endsWith('\n') ? text : `${text}\n`;
}

function isWritten(line: string): boolean {
  return /[^ ]/.test(line);
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
