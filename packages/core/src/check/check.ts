import { z } from 'zod';

/** As many things as a check names one by one; its detail says how many there are. */
export const maxCheckItems = 50;

/** One of the things that a check found. */
export const checkItemSchema = z.object({
  /** What it is about: `addon/shop: Deployment.apps shop/web .spec.replicas`. */
  place: z.string(),
  text: z.string(),
  remedy: z.string().optional(),
});
export type CheckItem = z.infer<typeof checkItemSchema>;

/** What going on in spite of a finding would mean: only a finding that carries one can be accepted by a person. */
export const checkRiskSchema = z.object({
  /** In a sentence, for the one who accepts it. */
  consequence: z.string(),
  /** Everything it is about. What cannot be named whole is accepted by nobody. */
  objects: z.array(z.string()).min(1).max(maxCheckItems),
});
export type CheckRisk = z.infer<typeof checkRiskSchema>;

/** One check behind a Summary sentence or a preflight. */
export const checkSchema = z.object({
  name: z.string(),
  title: z.string(),
  outcome: z.enum(['pass', 'warn', 'block', 'unknown']),
  detail: z.string(),
  remedy: z.string().optional(),
  /** What it found, one by one and no more than are worth reading; missing where the detail says all. */
  items: z.array(checkItemSchema).max(maxCheckItems).optional(),
  /** Missing where a person may not go on in spite of it. */
  risk: checkRiskSchema.optional(),
});
export type Check = z.infer<typeof checkSchema>;
