import { z } from 'zod';
import { backupStoreSchema } from './backup-store.ts';
import { backupProofSchema, backupReasonSchema, etcdSnapshotReferenceSchema } from '../backup/backup.ts';

/** A backup that counts: it was read back and restored on trial. */
export const backupSchema = z.object({
  id: z.string(),
  /** The name of its file. */
  reference: z.string(),
  /** The folder of this console, or a bucket at its store. */
  place: z.string(),
  createdAt: z.iso.datetime(),
  sizeBytes: z.int().min(0),
  sha256: z.string(),
  /** Null for one that an older version made, which was not sealed. */
  reason: backupReasonSchema.nullable(),
  keyId: z.string().nullable(),
  /** Null for one that an older version made, which was never restored anywhere. */
  proof: backupProofSchema.nullable(),
  /** Whether its file is where it was put, in its size; null where that is not known: the store did not answer, or is no longer the console's. */
  isHere: z.boolean().nullable(),
});
export type BackupView = z.infer<typeof backupSchema>;

/** `POST /api/v1/backups`: what lies beside the backup; the body may be left out. */
export const backupRequestSchema = z.object({ etcdSnapshot: etcdSnapshotReferenceSchema.optional() }).nullish();

/** How far the making of a backup is, in words. */
export const backupStages = {
  collecting: 'collecting and writing',
  storing: 'sending it to the store',
  'restoring-on-trial': 'reading it back and restoring it on trial',
  recording: 'recording it',
} as const;
export type BackupStage = keyof typeof backupStages;

/** When backups are made by themselves. */
export const backupScheduleSchema = z.object({
  /** Null where none is. */
  everyHours: z
    .int()
    .min(1)
    .max(24 * 31)
    .nullable(),
  /** How many of those that were made by themselves are kept. */
  keep: z.int().min(1).max(1000),
});
export type BackupSchedule = z.infer<typeof backupScheduleSchema>;

/** `GET /api/v1/backups`: newest first. */
export const backupListSchema = z.object({
  /** Where this console keeps them, and writes them first. */
  folder: z.string(),
  /** Where they are kept. */
  store: backupStoreSchema,
  /** Why the store cannot tell what it has; null where it does. */
  storeProblem: z.string().nullable(),
  /** The key file that they are sealed with: without it no backup can be opened. */
  keyPath: z.string(),
  running: z
    .object({
      since: z.iso.datetime(),
      reason: backupReasonSchema,
      stage: z.enum(Object.keys(backupStages) as BackupStage[]),
    })
    .nullable(),
  /** The last one that failed, unless one was made since. */
  lastFailure: z.object({ at: z.iso.datetime(), reason: backupReasonSchema, message: z.string() }).nullable(),
  schedule: backupScheduleSchema.extend({
    begunAt: z.iso.datetime().nullable(),
    /** When the next one is due; in the past where it was missed. Null where none is made by itself. */
    dueAt: z.iso.datetime().nullable(),
    /** Whether one that was due was not begun, for more than an hour. */
    isMissed: z.boolean(),
  }),
  backups: z.array(backupSchema),
  /** Goes on with older ones, as `after`; null at the end. */
  next: z.string().nullable().default(null),
});
export type BackupList = z.infer<typeof backupListSchema>;
