import { z } from 'zod';
import { passwordSchema, usernameSchema } from './access.ts';
import { roleSchema } from './permissions.ts';

/** An account as it is listed. */
export const accountSchema = z.object({
  id: z.string(),
  username: z.string(),
  role: roleSchema,
  /** Where its owner proves who they are: with a password here, or at the provider of single sign-on. */
  signsInBy: z.enum(['password', 'single-sign-on']),
  /** Whether it has a password. One that has none waits for its owner to open the link. */
  hasPassword: z.boolean(),
  disabledAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
  /** How long the link lasts that was made for it, if it was not used. */
  linkExpiresAt: z.iso.datetime().nullable(),
  sessions: z.int().nonnegative(),
  /** Grows with every change; `If-Match: "<revision>"` on a change says which state was seen. */
  revision: z.int().nonnegative(),
});
export type AccountView = z.infer<typeof accountSchema>;

/** `GET /api/v1/accounts`: every account, by name. */
export const accountListSchema = z.object({ accounts: z.array(accountSchema) });

/** `POST /api/v1/accounts`: an account without a password, and the one-time link by which its owner chooses one. */
export const accountRequestSchema = z.object({ username: usernameSchema, role: roleSchema });

/** `PUT /api/v1/accounts/:id`, with `If-Match`. */
export const accountChangeSchema = z.object({ role: roleSchema, disabled: z.boolean() });
export type AccountChange = z.infer<typeof accountChangeSchema>;

/** The path of the link that a token belongs to; the token stays behind the `#`, where no server and no proxy sees it. */
export const passwordLinkPath = '/set-password#token=';
/** A one-time link to choose a password, for the owner of the account: the only time that its token appears. */
export const passwordLinkSchema = z.object({ token: z.string(), expiresAt: z.iso.datetime() });
export type PasswordLink = z.infer<typeof passwordLinkSchema>;
export const accountWithLinkSchema = z.object({ account: accountSchema, link: passwordLinkSchema });

/** `POST /api/v1/password-link`: the owner of an account chooses a password with the link that they were given; 204. */
export const choosePasswordSchema = z.object({ token: z.string().min(20).max(200), password: passwordSchema });
/** `PUT /api/v1/session/password`: one's own; every other session of the account ends; 204. */
export const changePasswordSchema = z.object({ current: z.string().min(1).max(256), password: passwordSchema });

/** A session as it is listed. */
export const sessionViewSchema = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  /** To five minutes. */
  lastUsedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  address: z.string(),
  /** What the browser calls itself. */
  agent: z.string(),
  /** Whether it is the one that asks. */
  isThis: z.boolean(),
});
/** `GET /api/v1/sessions` and `GET /api/v1/accounts/:id/sessions`. `DELETE …/:session` ends one. */
export const sessionListSchema = z.object({ sessions: z.array(sessionViewSchema) });
export type SessionView = z.infer<typeof sessionViewSchema>;
