import type { ValueProblem } from '@sealift/core/api';
import { isSealiftError } from '@sealift/core/errors';
import { checkResult, pathText, readSchemaNotation } from '@sealift/core/merge';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';
import { compileJsonSchema, SchemaUnusable } from './json-schema.ts';

type CheckedRow = Pick<UpgradeLayerRow, 'current' | 'incoming' | 'pasted' | 'schema_notation' | 'json_schema'>;
type Checks = Parameters<typeof checkResult>[0];

/** More of them tell a person nothing more. */
const limit = 100;

/**
 * What is wrong with the text that a layer would run: broken YAML and what a schema of the pack forbids block; a macro that refers
 * to what neither the site's values nor the release's defaults refer to, and a schema that cannot be used, warn.
 */
export function valueProblems(row: CheckedRow, text: string): ValueProblem[] {
  const problems: ValueProblem[] = [];
  const unusable = (what: string, error: unknown): void => {
    if (!isSealiftError(error) && !(error instanceof SchemaUnusable)) throw error;
    const message = `not checked against the pack’s ${what}: ${error.message}`;
    problems.push({ kind: 'schema', severity: 'warn', path: pathText([]), line: null, message });
  };
  const run = (what: string, checks: Omit<Checks, 'text'>): void => {
    try {
      for (const problem of checkResult({ text, ...checks })) {
        problems.push({ ...problem, severity: problem.kind === 'macro' ? 'warn' : 'block' });
      }
    } catch (error) {
      unusable(what, error);
    }
  };
  const { incoming, schema_notation: notation, json_schema: jsonSchema } = row;
  const known = new Set([...references(row.current), ...references(incoming)]);
  // A merge has read its own text again already.
  const isRead = row.pasted === null && !text.includes('{{');
  if (!isRead) run('values.yaml', { knows: (reference) => known.has(reference) });
  if (problems.some(({ kind }) => kind === 'yaml')) return problems;
  try {
    if (notation !== null) run('schema.yaml', { incoming, rules: readSchemaNotation(notation) });
    if (jsonSchema !== null) run('values.schema.json', { validate: compileJsonSchema(jsonSchema) });
  } catch (error) {
    unusable('schema', error);
  }
  return problems.slice(0, limit);
}

/** What is wrong with an edited text of a layer, as {@link valueProblems}. */
export function editedProblems(row: CheckedRow & { readonly pasted: string }): ValueProblem[] {
  return valueProblems(row, row.pasted);
}

function references(text: string): string[] {
  return text.match(/\.spectro\.[A-Za-z0-9_.\-[\]]+/g) ?? [];
}
