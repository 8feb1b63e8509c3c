import { isScalar } from 'yaml';
import { isSealiftError } from '../errors/index.ts';
import { findDotted } from './dotted-path.ts';
import { parseText } from './parse.ts';
import { pathText } from './path-text.ts';
import { formatProblem, type ParameterRule } from './schema-notation.ts';
import type { TextTree, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';
import { Values } from './values.ts';

/** Something wrong with a merged text. */
export interface ResultProblem {
  readonly kind: 'yaml' | 'schema' | 'required' | 'format' | 'readonly' | 'macro';
  /** As people read it; `(document)` for the whole. */
  readonly path: string;
  /** Counted from 1; null where no line can be named. */
  readonly line: number | null;
  readonly message: string;
}

export interface ResultChecks {
  readonly text: string;
  /** The new release's default values: a `readonly` parameter must have its value. */
  readonly incoming?: string;
  /** From the pack's `schema.yaml`, see `readSchemaNotation`. */
  readonly rules?: readonly ParameterRule[];
  /** Validates the plain value, for example by JSON Schema; core brings no validator of its own. */
  readonly validate?: (value: unknown) => readonly { readonly path: MergePath; readonly message: string }[];
  /** Whether a macro's reference (`.spectro.var.X`, `.spectro.pack.name.path`) is known. */
  readonly knows?: (reference: string) => boolean;
}

/** Checks a merged (or pasted) text: valid YAML, schema, required and `readonly` parameters, macros' references. */
export function checkResult(checks: ResultChecks): readonly ResultProblem[] {
  let tree: TextTree;
  try {
    tree = parseText(checks.text, 'the text');
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    const line = /:(\d+):\d+$/.exec(error.place ?? '')?.[1];
    return [
      { kind: 'yaml', path: pathText([]), line: line === undefined ? null : Number(line), message: error.message },
    ];
  }
  const values = new Values([tree]);
  return [
    ...checkRules(tree, values, checks),
    ...checkSchema(tree, values, checks),
    ...(checks.knows === undefined ? [] : checkMacros(tree, values, checks.knows)),
  ];
}

function checkSchema(tree: TextTree, values: Values, checks: ResultChecks): readonly ResultProblem[] {
  if (checks.validate === undefined) return [];
  const value = values.plain(tree.documents[0]?.root.yaml ?? null) ?? {};
  return checks.validate(value).map(({ path, message }) => {
    const entry = path.length === 0 ? undefined : findDotted(tree, path.map(String).join('.'));
    const line = entry === undefined ? null : tree.source.lineOf(entry.head);
    return { kind: 'schema', path: pathText(path), line, message };
  });
}

function checkRules(tree: TextTree, values: Values, checks: ResultChecks): readonly ResultProblem[] {
  const rules = checks.rules ?? [];
  const incoming = checks.incoming === undefined ? undefined : parseText(checks.incoming, 'incoming');
  if (incoming !== undefined) values.learn(incoming);
  return rules.flatMap((rule): readonly ResultProblem[] => {
    const entry = findDotted(tree, rule.path);
    const value = entry === undefined ? undefined : values.plain(entry.node.yaml);
    const line = entry === undefined ? null : tree.source.lineOf(entry.head);
    const at = { path: rule.path, line };
    if (value === undefined || value === null || value === '') {
      const hint = rule.hint === null ? '' : `: ${rule.hint}`;
      return rule.required ? [{ kind: 'required', ...at, message: `a value is required${hint}` }] : [];
    }
    const problems: ResultProblem[] = [];
    const macro = typeof value === 'string' && value.includes('{{');
    const problem = rule.format === null || macro ? null : formatProblem(rule.format, value);
    if (problem !== null) problems.push({ kind: 'format', ...at, message: `the value ${problem}` });
    if (rule.readonly && incoming !== undefined && entry !== undefined) {
      const given = findDotted(incoming, rule.path);
      if (given !== undefined && !values.same(given.node, entry.node)) {
        problems.push({
          kind: 'readonly',
          ...at,
          message: 'the parameter is readonly; it must have the release’s value',
        });
      }
    }
    return problems;
  });
}

const macroReference = /\.spectro\.[A-Za-z0-9_.\-[\]]+/g;

function checkMacros(tree: TextTree, values: Values, knows: (reference: string) => boolean): readonly ResultProblem[] {
  const problems: ResultProblem[] = [];
  const visit = (node: TreeNode, path: MergePath): void => {
    if (node.kind !== 'leaf') {
      for (const [index, entry] of node.entries.entries()) {
        visit(entry.node, [...path, entry.member === 'pair' ? entry.key : index]);
      }
      return;
    }
    const value = isScalar(node.yaml) ? values.plain(node.yaml) : null;
    if (typeof value !== 'string' || !value.includes('{{')) return;
    const line = tree.source.lineOf(node.start);
    for (const macro of value.match(/\{\{.*?\}\}/gs) ?? []) {
      if (/\|\s*default\b/.test(macro)) continue;
      for (const reference of macro.match(macroReference) ?? []) {
        if (knows(reference)) continue;
        problems.push({ kind: 'macro', path: pathText(path), line, message: `nothing sets ${reference}` });
      }
    }
  };
  for (const document of tree.documents) visit(document.root, []);
  return problems;
}
