import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import {
  checkResult,
  type Decision,
  isSchemaNotation,
  jsonSchemaPasswords,
  maskDecisions,
  merge,
  type MergePath,
  type MergeResult,
  type ParameterRule,
  passwordPaths,
  readPlain,
  readSchemaNotation,
  type Resolution,
  type ResultProblem,
  resolutionSchema,
} from '@sealift/core/merge';
import { type Migration, migrationSchema } from '@sealift/core/release';
import { z } from 'zod';
import type { MergeOptions } from './merge-options.ts';
import { readText } from './read-text.ts';

export interface MergedFiles {
  readonly result: MergeResult;
  /** What the checks of the merged text found; empty without `--schema`. */
  readonly problems: readonly ResultProblem[];
  /** The decisions as screens and logs may show them. */
  readonly masked: readonly Decision[];
}

/**
 * Reads the files that the options name and merges them.
 *
 * @throws MERGE_* (exit code 2), INPUT_INVALID, INPUT_TOO_LARGE
 */
export async function mergeFiles(options: MergeOptions): Promise<MergedFiles> {
  const base = await readText(options.base, '--base');
  const current = await readText(options.current, '--current');
  const incoming = await readText(options.incoming, '--incoming');
  const migrations = await readMigrations(options);
  const resolutions = await readResolutions(options.resolve);
  const schema = await readSchema(options.schema);
  const input = { base, current, incoming, migrations, resolutions };
  const result = named(options, () => merge(input));
  const problems = schema === undefined ? [] : checkResult({ text: result.text, incoming, ...schema });
  const masked = maskDecisions(result.decisions, { base, current, incoming, declared: schema?.passwords });
  return { result, problems, masked };
}

/** Failures name the file, not the role of its text. */
function named(options: MergeOptions, work: () => MergeResult): MergeResult {
  try {
    return work();
  } catch (error) {
    if (!isSealiftError(error) || error.place === undefined) throw error;
    const at = /^(base|current|incoming)(:.*)?$/s.exec(error.place);
    const role = at?.[1];
    const file = role === 'base' || role === 'current' || role === 'incoming' ? options[role] : undefined;
    if (file === undefined) throw error;
    // The message is kept; the place becomes one that an editor can open.
    Object.defineProperty(error, 'place', { value: `${file}${at?.[2] ?? ''}` });
    throw error;
  }
}

async function readMigrations(options: MergeOptions): Promise<readonly Migration[]> {
  if (options.migrations === undefined) return [];
  const plain = readPlain(await readText(options.migrations, '--migrations'), options.migrations);
  const list = Array.isArray(plain)
    ? plain
    : (member(member(plain, 'spec'), 'migrations') ?? member(plain, 'migrations'));
  const withPack = z
    .array(z.unknown())
    .max(500)
    .safeParse(list ?? []);
  const items = (withPack.data ?? [list]).map((item) =>
    typeof item === 'object' && item !== null && !('pack' in item) ? { pack: options.pack ?? 'any', ...item } : item,
  );
  const migrations = parsed(z.array(migrationSchema), items, options.migrations, 'the list of migrations');
  return migrations.filter((migration) => options.pack === undefined || migration.pack === options.pack);
}

async function readResolutions(path: string | undefined): Promise<readonly Resolution[]> {
  if (path === undefined) return [];
  const plain = readPlain(await readText(path, '--resolve'), path);
  const list = Array.isArray(plain) ? plain : member(plain, 'resolutions');
  return parsed(z.array(resolutionSchema).max(10_000), list, path, 'the list of resolutions');
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function parsed<Type>(schema: z.ZodType<Type>, value: unknown, place: string, what: string): Type {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new SealiftError('INPUT_INVALID', { place, values: { what, reason: z.prettifyError(read.error) } });
}

interface Schema {
  /** Dotted paths of passwords. */
  readonly passwords: readonly string[];
  readonly rules?: readonly ParameterRule[];
  readonly validate?: (value: unknown) => readonly { readonly path: MergePath; readonly message: string }[];
}

async function readSchema(path: string | undefined): Promise<Schema | undefined> {
  if (path === undefined) return undefined;
  const text = await readText(path, '--schema');
  if (isSchemaNotation(text)) {
    const rules = readSchemaNotation(text);
    return { rules, passwords: passwordPaths(rules) };
  }
  const plain = readPlain(text, path);
  if (plain === null) return { rules: [], passwords: [] };
  let validator: z.ZodType;
  try {
    validator = z.fromJSONSchema(plain as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    const reason = reasonOf(error);
    throw new SealiftError('INPUT_INVALID', { place: path, values: { what: 'the schema', reason }, cause: error });
  }
  return {
    passwords: jsonSchemaPasswords(plain),
    validate: (value) =>
      (validator.safeParse(value).error?.issues ?? []).map((issue) => ({
        path: issue.path.map((element) => (typeof element === 'number' ? element : String(element))),
        message: issue.message,
      })),
  };
}
