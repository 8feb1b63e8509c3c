import { z } from 'zod';

const text = (longest: number) => z.string().min(1).max(longest);

/** A bucket of a store that speaks S3, in which backups are kept; without the secret of its key. */
export const backupBucketSchema = z.object({
  /** `https://s3.example:9000`, without a path. */
  endpoint: text(2048),
  region: text(64),
  bucket: text(63),
  /** Before every name; empty, or ends with a slash. */
  prefix: z.string().max(512),
  accessKey: text(128),
  /** PEM, trusted beside what the console's machine trusts. */
  ca: text(64 * 1024).nullable(),
  /** Whether the bucket stands in the path, and not in the name of the host. */
  pathStyle: z.boolean(),
});
export type BackupBucket = z.infer<typeof backupBucketSchema>;

/** `PUT /api/v1/backups/store`: where backups are kept from now on; null for the folder of the console. */
export const backupStoreRequestSchema = z.object({
  /** That of the settings that were seen. */
  revision: z.int().min(0),
  /** Without a secret key the stored one holds on, as long as it goes where it went before. */
  bucket: backupBucketSchema.extend({ secretKey: text(1024).optional() }).nullable(),
});
export type BackupStoreRequest = z.infer<typeof backupStoreRequestSchema>;

/** Where backups are kept. */
export const backupStoreSchema = z.object({
  revision: z.int().min(0),
  /** Null for the folder of each console. */
  bucket: backupBucketSchema.nullable(),
  /** As rows name it: the folder, or the bucket at its store. */
  place: z.string(),
  changedBy: z.string().nullable(),
  changedAt: z.iso.datetime().nullable(),
});
export type BackupStore = z.infer<typeof backupStoreSchema>;

/** `POST /api/v1/backups/store/check`: all that was done with the store, and went well. */
export const backupStoreCheckSchema = z.object({ tried: z.array(z.string()) });
