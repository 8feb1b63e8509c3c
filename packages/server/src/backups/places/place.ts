import type { Readable } from 'node:stream';

/** A place that backups are kept in. */
export interface BackupPlace {
  /** What the rows of its backups remember it by; null for the folder of the console. */
  readonly address: string | null;
  /** Makes ready for the next backup, and clears away what writers that were killed had begun. @throws FILE_UNWRITABLE, S3_… */
  prepare(cancel: AbortSignal): Promise<void>;
  /** Where on this machine a backup is written, before the place takes it. */
  draftOf(reference: string): string;
  /** Takes what was written: it never takes the place of another one. Where it fails, nothing of it stays. @throws S3_…, CANCELLED */
  keep(reference: string, draft: string, cancel: AbortSignal): Promise<void>;
  /** The bytes of a backup, read once. @throws BACKUP_DAMAGED where its file cannot be opened, S3_… */
  open(reference: string, cancel?: AbortSignal): Promise<Readable>;
  /** A file on this machine with exactly those bytes. @throws BACKUP_DAMAGED, S3_…, FILE_UNWRITABLE, CANCELLED */
  copyOf(file: StoredFile, cancel?: AbortSignal): Promise<LocalCopy>;
  /** How many bytes each of them has there; who is missing is not there. @throws S3_… */
  sizesOf(references: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** One that is not there is no failure. @throws S3_… */
  remove(reference: string): Promise<void>;
}

/** What is known of a backup's file since it was written. */
export interface StoredFile {
  readonly reference: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A file that may be read until this is disposed of. */
export interface LocalCopy extends AsyncDisposable {
  readonly path: string;
}
