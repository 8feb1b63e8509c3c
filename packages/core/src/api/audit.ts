import { z } from 'zod';

/** An entry of the audit log. */
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

const part = z.string().min(1).max(200);

/** Which entries: those that all of it is true of. */
export const auditFilterSchema = z.object({
  /** User name, exactly but for its case. */
  actor: part.optional(),
  /** Such as `account.create`, or the part before its dot. */
  action: part.optional(),
  /** Occurs in actor, action, subject or address, whatever its case. */
  text: part.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  /** Before this time. */
  to: z.iso.datetime({ offset: true }).optional(),
});
export type AuditFilter = z.infer<typeof auditFilterSchema>;

const cursor = z.coerce.number().int().min(0).max(2_147_483_647);

/** `GET /api/v1/audit`: oldest first, after a cursor; or with `order=newest` newest first, before one. `next` is the cursor of the following page. */
export const auditQuerySchema = auditFilterSchema.extend({
  after: cursor.default(0),
  before: cursor.optional(),
  order: z.enum(['oldest', 'newest']).default('oldest'),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export const auditPageSchema = z.object({ entries: z.array(auditEntrySchema), next: z.string().nullable() });

/** A checkpoint of the console's own that does not fit, and why. */
const brokenCheckpointSchema = z.object({ sequence: z.int(), at: z.iso.datetime(), reason: z.string() });

/**
 * `GET /api/v1/audit/verification`: recomputes the hash chain; `firstBroken` is the sequence number where it no longer fits. The signed checkpoints
 * that the console keeps are compared too.
 */
export const auditVerificationSchema = z.object({
  valid: z.boolean(),
  entries: z.int().nonnegative(),
  firstBroken: z.int().nullable(),
  /** How many were compared. */
  checkpoints: z.int().nonnegative(),
  brokenCheckpoint: brokenCheckpointSchema.nullable(),
});
export type AuditVerification = z.infer<typeof auditVerificationSchema>;

/** Where the audit log ended at some time: what was before it can be neither cut off nor written anew without being seen. */
export const auditCheckpointSchema = z.object({
  kind: z.literal('sealift-audit-checkpoint'),
  format: z.literal(1),
  /** Number of the last entry, and how many there were. */
  sequence: z.int().nonnegative(),
  /** Of that entry; empty where there was none. */
  hash: z.string().max(64),
  at: z.iso.datetime(),
});
export type AuditCheckpoint = z.infer<typeof auditCheckpointSchema>;

/** `GET /api/v1/audit/checkpoints`: newest first. `POST` has the end of the log signed now. */
export const storedCheckpointSchema = z.object({
  sequence: z.int(),
  at: z.iso.datetime(),
  keyId: z.string(),
  /** The signed file: one line of canonical JSON, then a signature in minisign's format. */
  file: z.string(),
});
export type StoredCheckpoint = z.infer<typeof storedCheckpointSchema>;
export const checkpointListSchema = z.object({
  checkpoints: z.array(storedCheckpointSchema),
  /** Goes on with older ones, as `after`; null at the end. */
  next: z.string().nullable().default(null),
});
