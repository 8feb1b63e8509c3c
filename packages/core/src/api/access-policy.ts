import { z } from 'zod';

/** A text for people of several lines, without what moves a terminal's cursor or turns the direction of writing. */
const bannerSchema = z
  .string()
  .max(4000)
  .regex(/^(?:[^\p{Cc}\p{Cf}]|\n)*$/u, 'no control characters but the ends of lines');

/** What holds for everybody who signs in. `PUT /api/v1/access-policy`, with `If-Match`. */
export const accessPolicyRequestSchema = z.object({
  /** Shown before sign-in; null for none. */
  banner: bannerSchema.nullable(),
  /** Whether an upgrade starts only when another person than the one who asked for it approves. */
  secondPerson: z.boolean(),
});
export type AccessPolicyRequest = z.infer<typeof accessPolicyRequestSchema>;

/** `GET /api/v1/access-policy`. */
export const accessPolicySchema = accessPolicyRequestSchema.extend({
  revision: z.int().nonnegative(),
  changedBy: z.string().nullable(),
  changedAt: z.iso.datetime().nullable(),
});
export type AccessPolicy = z.infer<typeof accessPolicySchema>;

/** `GET /api/v1/entry`: what the page of sign-in shows to whoever opens it. */
export const entrySchema = z.object({
  banner: z.string().nullable(),
  /** What the button of single sign-on says; null where there is none. */
  singleSignOn: z.object({ label: z.string() }).nullable(),
});
