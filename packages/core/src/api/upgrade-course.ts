import { z } from 'zod';
import { journalLineSchema } from '../upgrade/journal/journal.ts';
import { upgradeStateSchema } from '../upgrade/lifecycle/lifecycle.ts';
import { rollbackReadinessSchema } from '../upgrade/rollback/readiness.ts';
import { upgradeTreeSchema } from '../upgrade/tree/tree.ts';

/** `GET /api/v1/upgrades/:id/tree`: the plan with how far it is; null where this version cannot read it. */
export const upgradeCourseSchema = z.object({
  id: z.string(),
  product: z.string(),
  from: z.string(),
  to: z.string(),
  state: upgradeStateSchema,
  /** By the clock of the console; what is counted from a time of the tree is counted to this one. */
  at: z.iso.datetime(),
  /** When it was confirmed; null of a draft. */
  startedAt: z.iso.datetime().nullable().default(null),
  finishedAt: z.iso.datetime().nullable().default(null),
  /** SHA-256 (hex) of what is, or would be, confirmed; null while that is open. */
  hash: z.string().nullable(),
  tree: upgradeTreeSchema.nullable(),
  /** Why it did not go on, in words with the remedy; null where nothing failed. */
  failure: z.object({ message: z.string(), hint: z.string() }).nullable(),
  /** Whether it can be taken back where it stands; null where nothing can be said of that. */
  rollback: rollbackReadinessSchema.nullable().default(null),
});
export type UpgradeCourse = z.infer<typeof upgradeCourseSchema>;

/** A line of the journal of an upgrade. Secrets in it read `***`. */
export const journalRecordSchema = z.object({
  /** Grows from line to line. */
  sequence: z.int().nonnegative(),
  at: z.iso.datetime(),
  /** Of the lease under which it was written: it grows with each process that takes over. */
  epoch: z.int().nonnegative(),
  /** Of Sealift, that wrote it; null where that could not say so yet. */
  version: z.string().nullable().default(null),
  /** Empty for a line about the upgrade itself. */
  stepId: z.string(),
  /** Null where it cannot be read; `problem` says why. */
  line: journalLineSchema.nullable(),
  problem: z.string().nullable(),
});
export type JournalRecord = z.infer<typeof journalRecordSchema>;

/** `GET /api/v1/upgrades/:id/journal?after=`: oldest first; `next` is the cursor of what follows, also of what is yet to be written. */
export const journalPageSchema = z.object({
  entries: z.array(journalRecordSchema),
  next: z.int().nonnegative(),
  /** Whether there is more already. */
  more: z.boolean(),
});
