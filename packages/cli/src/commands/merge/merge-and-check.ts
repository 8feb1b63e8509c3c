import { reasonOf, SealiftError } from '@sealift/core/errors';
import {
  checkResult,
  type Decision,
  isSchemaNotation,
  jsonSchemaPasswords,
  maskDecisions,
  merge,
  type MergeInput,
  type MergePath,
  type MergeResult,
  type ParameterRule,
  passwordPaths,
  readPlain,
  readSchemaNotation,
  type ResultProblem,
} from '@sealift/core/merge';
import { z } from 'zod';

/** Texts to merge, and the schema that the merged text is checked against. */
export interface MergeWork {
  readonly input: MergeInput;
  readonly schema?: { readonly text: string; readonly path: string } | undefined;
}

export interface CheckedMerge {
  readonly result: Omit<MergeResult, 'trees'>;
  /** What the checks of the merged text found; empty without a schema. */
  readonly problems: readonly ResultProblem[];
  /** The decisions as screens and logs may show them. */
  readonly masked: readonly Decision[];
}

/**
 * Merges and checks the merged text.
 *
 * @throws MERGE_* (exit code 2), INPUT_INVALID for a schema that cannot be used
 */
export function mergeAndCheck({ input, schema: given }: MergeWork): CheckedMerge {
  const schema = given === undefined ? undefined : readSchema(given);
  const { trees, ...result } = merge(input);
  const { base, current, incoming } = input;
  const problems = schema === undefined ? [] : checkResult({ text: result.text, incoming, ...schema });
  const masked = maskDecisions(result.decisions, { base, current, incoming, declared: schema?.passwords, trees });
  return { result, problems, masked };
}

interface Schema {
  /** Dotted paths of passwords. */
  readonly passwords: readonly string[];
  readonly rules?: readonly ParameterRule[];
  readonly validate?: (value: unknown) => readonly { readonly path: MergePath; readonly message: string }[];
}

function readSchema({ text, path }: NonNullable<MergeWork['schema']>): Schema {
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
