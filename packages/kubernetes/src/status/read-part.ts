import type { z } from 'zod';
import type { KubeObject } from '../objects/object.ts';
import { type Readiness, unknown } from './result.ts';
import { spoken } from './spoken.ts';

/**
 * Judges an object by the fields that a schema reads of it. What does not read is *unknown*: an object of another form than the one
 * that a rule was written for must not pass for ready.
 */
export function judge<Fields>(
  object: KubeObject,
  schema: z.ZodType<Fields>,
  rule: (fields: Fields) => Readiness,
): Readiness {
  const { success, data, error } = schema.safeParse(object);
  if (success) return rule(data);
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  const reference = spoken(`${where}: ${issue?.message ?? 'it is of another form'}`);
  return unknown(object, 'has fields of another form than its API documents', { level: 'blocked', reference });
}

/** The objects of a list that have the form; others say nothing. */
export function readAll<Fields>(objects: readonly KubeObject[] | undefined, schema: z.ZodType<Fields>): Fields[] {
  return (objects ?? []).flatMap((object) => {
    const { success, data } = schema.safeParse(object);
    return success ? [data] : [];
  });
}
