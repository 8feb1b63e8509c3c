import { randomUUID } from 'node:crypto';
import type { BackupStage } from '@sealift/core/api';
import type { BackupProof, BackupReason } from '@sealift/core/backup';
import { backupFormat } from '@sealift/core/backup';
import { asSealiftError, SealiftError } from '@sealift/core/errors';
import { newsOfBackup } from '@sealift/core/notification';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { recordNews } from '../outbox/record-news.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { SecretKey, type SecretKeyPlace } from '../site/secret-key.ts';
import type { Db } from '../store/store.ts';
import type { BackupRow } from '../store/tables/backups.ts';
import { collectBackup } from './collect.ts';
import { openBackupFile } from './open-file.ts';
import type { BackupPlace, StoredFile } from './places/place.ts';
import type { BackupPlaces } from './places/places.ts';
import type { BackedUpPlatform } from './platform-records.ts';
import { type LoadObjects, proveBackup, tablesIn } from './prove-backup.ts';
import { newHeader, writeBackup, type WrittenFile } from './write-backup.ts';

/** What a backup is made of, and where it goes. */
export interface BackupParts {
  readonly db: Db;
  readonly places: BackupPlaces;
  readonly key: SecretKeyPlace;
  readonly platform: BackedUpPlatform;
  readonly events: EventBus;
  /** Loads the objects of each backup into an API server, where programs for that are here. */
  readonly load?: ((...given: [...Parameters<LoadObjects>, AbortSignal]) => Promise<number>) | undefined;
}

interface Running {
  readonly since: Date;
  readonly reason: BackupReason;
  stage: BackupStage;
  readonly made: Promise<BackupRow>;
}

/**
 * Makes backups, one at a time. One counts, and is told of, only when it was read back from where it lies and restored into a store that is thrown
 * away, which had every row as it was backed up.
 */
export class BackupKeeper {
  readonly #parts: BackupParts;
  readonly #stop = new AbortController();
  #running: Running | undefined;
  #verifyingSince: string | undefined;
  #lastFailure: { readonly at: Date; readonly reason: BackupReason; readonly message: string } | null = null;

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  get running(): Omit<Running, 'made'> | null {
    return this.#running ?? null;
  }

  get lastFailure() {
    return this.#lastFailure;
  }

  /** Begins a backup, and tells when it is made. @throws BACKUP_RUNNING */
  begin(reason: BackupReason, actor: Actor, cancel?: AbortSignal): { readonly made: Promise<BackupRow> } {
    if (this.#running !== undefined) {
      throw new SealiftError('BACKUP_RUNNING', { values: { since: this.#running.since.toISOString() } });
    }
    const ending = cancel === undefined ? this.#stop.signal : AbortSignal.any([cancel, this.#stop.signal]);
    const { promise: made, resolve, reject } = Promise.withResolvers<BackupRow>();
    const running: Running = { since: new Date(), reason, stage: 'collecting', made };
    this.#running = running;
    // Whoever began it may have left.
    made.catch(() => undefined);
    this.#tell();
    void this.#make(reason, actor, ending, (stage) => {
      running.stage = stage;
      this.#tell();
    })
      .then(
        (row) => {
          this.#lastFailure = null;
          return () => resolve(row);
        },
        async (error: unknown) => {
          const { message, hint } = asSealiftError(error);
          if (!this.#stop.signal.aborted) {
            this.#lastFailure = { at: new Date(), reason, message: `${message}. ${hint}` };
            // What somebody has ended has not failed.
            if (!ending.aborted) await this.#report(reason, message);
          }
          return () => reject(error);
        },
      )
      .then((settle) => {
        this.#running = undefined;
        this.#tell();
        settle();
      });
    return { made };
  }

  /** Makes a backup; waits for one that is being made first. @throws FILE_UNWRITABLE, BACKUP_…, S3_…, SECRET_KEY_…, KUBERNETES_…, CANCELLED */
  async make(reason: BackupReason, actor: Actor, cancel: AbortSignal): Promise<BackupRow> {
    while (this.#running !== undefined) await this.#running.made.catch(() => undefined);
    cancel.throwIfAborted();
    return await this.begin(reason, actor, cancel).made;
  }

  /** Reads a backup to its end and restores it on trial, one at a time. @throws BACKUP_…, S3_…, RECORD_FORMAT_OTHER, SECRET_KEY_… */
  async verify(row: BackupRow): Promise<BackupProof> {
    if (this.#verifyingSince !== undefined) {
      throw new SealiftError('BACKUP_RUNNING', { values: { since: this.#verifyingSince } });
    }
    this.#verifyingSince = new Date().toISOString();
    try {
      const key = await SecretKey.open({ ...this.#parts.key, mayBeMade: false });
      const { reference, sha256, size_bytes: sizeBytes } = row;
      const place = await this.#parts.places.of(row);
      return await this.#prove(place, { reference, sha256, sizeBytes }, key, this.#stop.signal);
    } finally {
      this.#verifyingSince = undefined;
    }
  }

  /** Where backups are. */
  get places(): BackupPlaces {
    return this.#parts.places;
  }

  /** Ends what is being made. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running?.made.catch(() => undefined);
  }

  async #make(
    reason: BackupReason,
    actor: Actor,
    cancel: AbortSignal,
    onStage: (stage: BackupStage) => void,
  ): Promise<BackupRow> {
    const { places, db } = this.#parts;
    const key = await SecretKey.open(this.#parts.key);
    const place = await places.current();
    await place.prepare(cancel);
    const header = newHeader(randomUUID(), key);
    const reference = `${header.id}.sealift-backup`;
    const records = collectBackup(db, this.#parts.platform, reason, cancel);
    const path = place.draftOf(reference);
    const written = await writeBackup({ folder: places.folder, path }, header, records, key, cancel);
    if (place.address !== null) onStage('storing');
    await place.keep(reference, path, cancel);
    try {
      onStage('restoring-on-trial');
      const proof = await this.#prove(place, { reference, ...written }, key, cancel);
      cancel.throwIfAborted();
      onStage('recording');
      const made = { id: header.id, reference, reason, keyId: key.id, written, proof, place: place.address };
      return await this.#record(made, actor);
    } catch (error) {
      // What does not restore is no backup, and nobody may take it for one. Why it does not is what people are told.
      await place.remove(reference).catch(() => undefined);
      throw error;
    }
  }

  async #prove(place: BackupPlace, file: StoredFile, key: SecretKey, cancel: AbortSignal): Promise<BackupProof> {
    const { reference } = file;
    await using copy = await place.copyOf(file, cancel);
    const bytes = await openBackupFile(copy.path, reference);
    const source = { reference, bytes, key, keyPath: this.#parts.key.path };
    const { db, load } = this.#parts;
    const loader: LoadObjects | undefined = load && ((backup) => load(backup, cancel));
    return (await proveBackup(source, tablesIn(db), loader)).proof;
  }

  async #record(
    made: {
      readonly id: string;
      readonly reference: string;
      readonly reason: BackupReason;
      readonly keyId: string;
      readonly written: WrittenFile;
      readonly proof: BackupProof;
      readonly place: string | null;
    },
    actor: Actor,
  ): Promise<BackupRow> {
    const { id, reference, reason, keyId, written, proof, place } = made;
    const { sha256, sizeBytes } = written;
    return await this.#parts.db.transaction().execute(async (trx) => {
      const row = await trx
        .insertInto('backup')
        .values({
          id,
          reference,
          sha256,
          size_bytes: sizeBytes,
          created_at: new Date(),
          upgrade_id: reason.why === 'upgrade' ? reason.upgradeId : null,
          format: backupFormat,
          reason: JSON.stringify(reason),
          key_id: keyId,
          proof: JSON.stringify(proof),
          place,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await recordAudit(trx, actor, {
        action: 'backup.create',
        subject: reference,
        details: { reason, sha256, proof, place },
      });
      return row;
    });
  }

  /** Why it failed counts, not that a store which is away cannot note it. */
  async #report({ why }: BackupReason, message: string): Promise<void> {
    const told = this.#parts.db.transaction().execute((trx) => recordNews(trx, newsOfBackup(why, message)));
    await told.catch(() => undefined);
  }

  #tell(): void {
    this.#parts.events.publish({ kind: 'backups', subject: '' });
  }
}
