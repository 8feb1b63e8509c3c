import { z } from 'zod';
import { lineSchema } from './access.ts';
import { roleSchema } from './permissions.ts';

/** `POST /api/v1/tokens`: an API token; the answer is the only time its secret is shown. */
export const tokenRequestSchema = z.object({
  name: lineSchema.min(1).max(100),
  expiresInDays: z.int().min(1).max(366).default(30),
  /** That of the caller, or one that may less; without it that of the caller. */
  role: roleSchema.optional(),
});
export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** User name of its owner. */
  owner: z.string(),
  /** It works as long as its owner's role allows as much. */
  role: roleSchema,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** To a minute; null where it never was. */
  lastUsedAt: z.iso.datetime().nullable(),
  lastUsedFrom: z.string().nullable(),
});
export type ApiToken = z.infer<typeof tokenSchema>;
export const createdTokenSchema = tokenSchema.extend({ secret: z.string() });
/** `GET /api/v1/tokens`: one's own, or with `?of=everybody` all. `DELETE /api/v1/tokens/:id` answers 204. */
export const tokenListSchema = z.object({ tokens: z.array(tokenSchema) });
