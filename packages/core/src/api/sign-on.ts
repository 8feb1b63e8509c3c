import { z } from 'zod';
import { lineSchema, originSchema, urlSchema } from './access.ts';
import { roleSchema } from './permissions.ts';

const roleOfGroupSchema = z.object({ group: lineSchema.min(1).max(200), role: roleSchema });

/** How people sign in at a provider of OpenID Connect. */
export const signOnSettingsSchema = z.object({
  /** Where the provider is: `issuer` of its discovery document (OpenID Connect Discovery 1.0). */
  issuer: urlSchema,
  clientId: lineSchema.min(1).max(200),
  /** Where browsers reach this console, such as `https://console.example`: the provider sends them back there. */
  consoleUrl: originSchema,
  /** What the button on the sign-in page says. */
  label: lineSchema.min(1).max(60),
  /** Besides `openid`. */
  scopes: z.array(lineSchema.regex(/^[!-~]+$/).max(60)).max(10),
  /** The claim with the groups of a person. */
  groupsClaim: lineSchema.min(1).max(100),
  /** The claim with the name of a person. */
  usernameClaim: lineSchema.min(1).max(100),
  /** The first group of the list that a person is in gives the role; who is in none is not let in. */
  roles: z.array(roleOfGroupSchema).min(1).max(100),
  /** Origins besides that of the issuer that the console may ask: where the provider has its tokens or keys elsewhere. */
  allowedOrigins: z.array(originSchema).max(10),
  /** PEM; null for the CAs of the machine. */
  ca: z.string().max(200_000).nullable(),
});
export type SignOnSettings = z.infer<typeof signOnSettingsSchema>;

/** `PUT /api/v1/single-sign-on`, with `If-Match`; without a secret the stored one stays, where issuer and client are the same. */
export const signOnRequestSchema = signOnSettingsSchema.extend({
  clientSecret: z.string().min(1).max(1000).optional(),
});
export type SignOnRequest = z.infer<typeof signOnRequestSchema>;

/** `GET /api/v1/single-sign-on`, without the secret. `DELETE` forgets it. */
export const signOnViewSchema = z.object({
  revision: z.int().nonnegative(),
  settings: signOnSettingsSchema.nullable(),
  changedBy: z.string().nullable(),
  changedAt: z.iso.datetime().nullable(),
  /** Below the console's address; to be registered at the provider. */
  callbackPath: z.string(),
});
export type SignOnView = z.infer<typeof signOnViewSchema>;
