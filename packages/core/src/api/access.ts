import { z } from 'zod';
import { roleSchema } from './permissions.ts';

export const usernameSchema = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/, 'letters, digits and . _ @ -');
/** At least 14 characters; further rules (common, previous) are checked where the account is stored. */
export const passwordSchema = z.string().min(14, 'at least 14 characters').max(256);

/** `GET /api/v1/setup`: whether the first administrator is still to be made. */
export const setupStateSchema = z.object({ needed: z.boolean() });
/** `POST /api/v1/setup`: makes the first administrator; `token` comes from the one-time link printed at first start. */
export const setupRequestSchema = z.object({
  token: z.string().min(20).max(200),
  username: usernameSchema,
  password: passwordSchema,
});

/** A text for people on one line: control characters could move a terminal's cursor, and NUL cannot be stored. */
export const lineSchema = z.string().regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'no control characters');

/** `POST /api/v1/session` signs in and sets the session cookie. `GET` answers the same shape, `DELETE` signs out. */
export const signInRequestSchema = z.object({
  username: lineSchema.min(1).max(64),
  password: z.string().min(1).max(256),
});
export const sessionSchema = z.object({ username: z.string(), role: roleSchema, expiresAt: z.iso.datetime() });
export type Session = z.infer<typeof sessionSchema>;

/** `POST /api/v1/tokens`: an API token; the answer is the only time its secret is shown. */
export const tokenRequestSchema = z.object({
  name: lineSchema.min(1).max(100),
  expiresInDays: z.int().min(1).max(366).default(30),
});
export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export const createdTokenSchema = tokenSchema.extend({ secret: z.string() });
/** `GET /api/v1/tokens`. `DELETE /api/v1/tokens/:id` answers 204. */
export const tokenListSchema = z.object({ tokens: z.array(tokenSchema) });

/** `GET /api/v1/audit?after=`: newest last; `next` is the cursor of the following page. */
export const auditEntrySchema = z.object({
  sequence: z.int(),
  at: z.iso.datetime(),
  actor: z.string(),
  address: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditPageSchema = z.object({ entries: z.array(auditEntrySchema), next: z.string().nullable() });

/** `GET /api/v1/audit/verification`: recomputes the hash chain; `firstBroken` is the sequence number where it no longer fits. */
export const auditVerificationSchema = z.object({
  valid: z.boolean(),
  entries: z.int().nonnegative(),
  firstBroken: z.int().nullable(),
});
export type AuditVerification = z.infer<typeof auditVerificationSchema>;
