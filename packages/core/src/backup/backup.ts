import { z } from 'zod';

/** Of the file of a backup and of its records. Format 1 was a compressed document that was not sealed. */
export const backupFormat = 2;
/** Longer than any header; a file that goes on beyond it without an end of line is no backup. */
export const longestBackupHeader = 1024;

const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
const countSchema = z.int().min(0);

/** The first line of the file, which anybody who has the file can read. What follows is bound to every byte of it. */
export const backupHeaderSchema = z.object({
  kind: z.literal('sealift-backup'),
  format: z.literal(backupFormat),
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  /** Of the key that it is sealed with; tells keys apart and says nothing of the key. */
  keyId: hex(16),
  /** The key of this file is derived with it. */
  salt: hex(64),
});
export type BackupHeader = z.infer<typeof backupHeaderSchema>;

/** A snapshot of etcd that lies beside a backup: it is no part of it. */
export const etcdSnapshotReferenceSchema = z.object({
  /** Where it was when the backup was made. */
  path: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^\P{Cc}+$/u, 'has a control character'),
  sizeBytes: countSchema,
  sha256: hex(64),
});
export type EtcdSnapshotReference = z.infer<typeof etcdSnapshotReferenceSchema>;

/** Why a backup was made. */
export const backupReasonSchema = z.discriminatedUnion('why', [
  z.object({ why: z.literal('upgrade'), upgradeId: z.string().max(64) }),
  z.object({
    why: z.literal('asked'),
    by: z.string().max(200),
    etcdSnapshot: etcdSnapshotReferenceSchema.optional(),
  }),
  z.object({ why: z.literal('schedule') }),
]);
export type BackupReason = z.infer<typeof backupReasonSchema>;

/** Which cluster an object is from: that of the platform, or the one whose Cluster API makes its machines, where that is another one. */
export const backupClusterSchema = z.enum(['enterprise', 'management']);
export type BackupCluster = z.infer<typeof backupClusterSchema>;

const objectSchema = z.looseObject({
  apiVersion: z.string().min(1).max(1024),
  kind: z.string().min(1).max(1024),
  metadata: z.looseObject({ name: z.string().min(1).max(1024), namespace: z.string().max(1024).optional() }),
});

/** How many rows a table has, and the SHA-256 over them, each followed by a line feed, in the order of their bytes. */
const tableDigestSchema = z.object({ name: z.string().max(64), rows: countSchema, sha256: hex(64) });
export type TableDigest = z.infer<typeof tableDigestSchema>;

/** What a backup holds, one JSON text a line: `begin` first, `end` last. */
export const backupRecordSchema = z.discriminatedUnion('record', [
  z.object({
    record: z.literal('begin'),
    reason: backupReasonSchema,
    /** The last change of the tables that the rows are of. */
    tables: z.string().max(200),
    /** The release that the platform has, where one is known. */
    installed: z.object({ product: z.string().max(200), version: z.string().max(200) }).nullable(),
  }),
  /** A row as the database prints it as JSON, so that nothing of a number or a time is lost on the way. */
  z.object({ record: z.literal('row'), table: z.string().max(64), row: z.string() }),
  z.object({ record: z.literal('object'), cluster: backupClusterSchema, object: objectSchema }),
  /** How the API server defines a kind that the backup has objects of: it takes them by that. Providers bring it, a restore never makes it. */
  z.object({ record: z.literal('definition'), cluster: backupClusterSchema, object: objectSchema }),
  /** A template of machines that the backed up objects name, as vCenter knows it. */
  z.object({
    record: z.literal('template'),
    name: z.string().max(1024),
    found: z.boolean(),
    /** What tells its content apart; null where nothing was written on it. */
    identity: z.string().max(8192).nullable(),
  }),
  /** What the cluster reported, for people. */
  z.object({ record: z.literal('observed'), cluster: z.json() }),
  /** What the backup does not hold, and why. */
  z.object({ record: z.literal('omitted'), what: z.string().max(500), why: z.string().max(2000) }),
  z.object({
    record: z.literal('end'),
    tables: z.array(tableDigestSchema).max(1000),
    objects: countSchema,
    /** How many records there are before this one. */
    records: countSchema,
  }),
]);
export type BackupRecord = z.infer<typeof backupRecordSchema>;
export type BackupRecordOf<Kind extends BackupRecord['record']> = Extract<BackupRecord, { record: Kind }>;

/** What a backup that was read from its first to its last byte holds. */
export interface BackupContents {
  readonly header: BackupHeader;
  readonly begin: BackupRecordOf<'begin'>;
  readonly end: BackupRecordOf<'end'>;
  readonly omitted: readonly { readonly what: string; readonly why: string }[];
}

/** What is said of a backup that was restored somewhere and compared. */
export const backupProofSchema = z.object({
  rows: countSchema,
  tables: countSchema,
  objects: countSchema,
  /** How many objects an API server took and gave back alike; null where none was at hand, and they were read and compared only. */
  loaded: countSchema.nullable(),
});
export type BackupProof = z.infer<typeof backupProofSchema>;
