import { z } from 'zod';
import { expectationSchema } from './expectation.ts';
import { objectQuerySchema } from './object-query.ts';

/** Name of a check or a step that a release declares. */
export const declaredNameSchema = z
  .string()
  .regex(/^[a-z](?:[a-z0-9-]{0,58}[a-z0-9])?$/, 'lower-case letters, digits and hyphens');

export const fieldSchema = z
  .string()
  .min(2)
  .max(500)
  .describe(
    'Path of a field: .status.phase, .status.conditions[?(@.type=="Ready")].status, .metadata.labels[\'a.b/c\'].',
  );

/** A check that a release brings: data, never code. It is run before an upgrade to the release may be confirmed. */
export const declaredCheckSchema = z.strictObject({
  name: declaredNameSchema.describe('Unique in the release.'),
  title: z.string().min(1).max(200).describe('What holds where it passes: Every member of the database is healthy.'),
  query: objectQuerySchema.describe('The objects that it looks at.'),
  field: fieldSchema.optional(),
  expect: expectationSchema.describe('What is to hold of each of them.'),
  optional: z.boolean().default(false).describe('True: it also passes where there is no such object.'),
  severity: z
    .enum(['block', 'warn'])
    .default('block')
    .describe('Whether the upgrade is stopped where it does not hold.'),
  remedy: z.string().min(1).max(2000).describe('What a person can do then.'),
  risk: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe('What going on nevertheless would mean; without it nobody can accept a check that blocks.'),
});
export type DeclaredCheck = z.infer<typeof declaredCheckSchema>;
