import type { z } from 'zod';
import { DocumentError, pointerFragment } from './document-error.ts';

type Issue = z.core.$ZodIssue;

/** A value's place in its source, for error messages; given a path, such as `:12:5#/spec/layers/0`. */
export type PlaceOf = (path: readonly PropertyKey[]) => string;

/**
 * Checks a value against a schema.
 *
 * @throws DocumentError with the reason and the place of the first issue, and how many more there are.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  placeOf: PlaceOf = pointerFragment,
): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [first, ...others] = issuesOf(result.error);
  if (first === undefined) throw new DocumentError('it does not match its schema');
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new DocumentError(`${reasonOf(first.issue, first.path)}${more}`, placeOf(first.path));
}

/** Every way in which a value does not match a schema, each with its place; empty where it does. */
export function problemsOf(schema: z.ZodType, value: unknown, placeOf: PlaceOf = pointerFragment): DocumentError[] {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return [];
  return issuesOf(result.error).map(({ issue, path }) => new DocumentError(reasonOf(issue, path), placeOf(path)));
}

function issuesOf({ issues }: z.ZodError): readonly Located[] {
  return issues.map((issue) => deepest(issue, []));
}

interface Located {
  readonly issue: Issue;
  readonly path: readonly PropertyKey[];
}

/** Of a union's branches, the one that matched furthest tells best what was meant. */
function deepest(issue: Issue, prefix: readonly PropertyKey[]): Located {
  const path = [...prefix, ...issue.path];
  if (issue.code !== 'invalid_union') return { issue, path };
  const branches = issue.errors.flatMap((errors) => (errors[0] === undefined ? [] : [deepest(errors[0], path)]));
  return branches.reduce<Located>((best, branch) => (branch.path.length > best.path.length ? branch : best), {
    issue,
    path,
  });
}

function reasonOf(issue: Issue, path: readonly PropertyKey[]): string {
  const field = path.findLast((key) => typeof key === 'string');
  const subject = field === undefined ? 'the document' : JSON.stringify(field);
  if (issue.code === 'unrecognized_keys') {
    const where = field === undefined ? '' : ` in ${subject}`;
    return `there is no field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}${where}`;
  }
  if ((issue.code === 'invalid_type' || issue.code === 'invalid_value') && issue.input === undefined)
    return `${subject} is missing`;
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof issue.input === 'number') {
    return `${subject} is read as the number ${issue.input}; put it in quotes`;
  }
  if (issue.code === 'invalid_format' && issue.format === 'regex') {
    const custom = issue.message.startsWith('Invalid string') ? `must match ${issue.pattern ?? ''}` : issue.message;
    return `${subject} is ${shown(issue.input)}; allowed: ${custom}`;
  }
  return `${subject}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
}

function shown(input: unknown): string {
  return typeof input === 'string' ? JSON.stringify(input.slice(0, 80)) : typeof input;
}
