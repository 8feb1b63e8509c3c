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

export const urlSchema = z.url({ protocol: /^https?$/ }).max(2000);

/** An origin such as `https://id.example:8443`. */
export const originSchema = urlSchema.refine(
  (text) => URL.canParse(text) && new URL(text).origin === text,
  'scheme, host and port only',
);

/** `POST /api/v1/session` signs in and sets the session cookie. `GET` answers the same shape, `DELETE` signs out. */
export const signInRequestSchema = z.object({
  username: lineSchema.min(1).max(64),
  password: z.string().min(1).max(256),
});
export const sessionSchema = z.object({
  username: z.string(),
  /** That of the account; of an API token its own. */
  role: roleSchema,
  expiresAt: z.iso.datetime(),
  /** Whether the account has a password of its own here, to be changed by its owner. */
  hasPassword: z.boolean().default(true),
});
export type Session = z.infer<typeof sessionSchema>;
