import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { BackupContents, BackupProof, BackupRecordOf } from '@sealift/core/backup';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { lockFolder } from '@sealift/io/folder-lock';
import { SecretKey, secretKeyName } from '../site/secret-key.ts';
import { openStore } from '../store/store.ts';
import { storeInUse } from '../store/store-in-use.ts';
import { openBackupFile } from './open-file.ts';
import { type LoadObjects, proveBackup, storeBelow } from './prove-backup.ts';
import { type BackupSource, readBackup } from './read-backup.ts';
import { type RestoredDatabase, restoreDatabase } from './restore-database.ts';

/** A file of a backup and the key that opens it. */
export interface BackupFile {
  readonly path: string;
  readonly secretKeyFile: string;
}

/**
 * Reads a backup that is a file here to its end, and restores it into a store that is thrown away. Needs no console.
 *
 * @param load loads its objects into an API server too
 * @throws BACKUP_…, RECORD_FORMAT_OTHER, SECRET_KEY_INVALID, STORE_…, and what loading throws
 */
export async function verifyBackupFile(
  file: BackupFile,
  load?: LoadObjects,
): Promise<{ readonly contents: BackupContents; readonly proof: BackupProof }> {
  return await proveBackup(await sourceOf(file), storeBelow(tmpdir()), load);
}

/**
 * Reads a backup that is a file here to its end, and gives the objects of its clusters.
 *
 * @throws BACKUP_…, RECORD_FORMAT_OTHER, SECRET_KEY_INVALID
 */
export async function backupObjects(file: BackupFile): Promise<{
  readonly contents: BackupContents;
  readonly objects: readonly BackupRecordOf<'object'>[];
}> {
  const objects: BackupRecordOf<'object'>[] = [];
  const contents = await readBackup(await sourceOf(file), async (record) => {
    if (record.record === 'object') objects.push(record);
  });
  return { contents, objects };
}

/** Where a console is restored, and how. */
export interface RestoreOptions {
  /** The console's data folder. */
  readonly dataDir: string;
  /** `postgres://…`; without it the embedded store of the data folder. */
  readonly databaseUrl?: string;
  /** Whether a console that is in use may be thrown away. */
  readonly replace: boolean;
  /** Does all of it and takes it back. */
  readonly dryRun: boolean;
}

/** What a restore did, and which key the data folder has now. */
export interface RestoredConsole extends RestoredDatabase {
  /** `copied` where it had none; `other` where the console has to be started with the backup's as --secret-key-file. */
  readonly key: 'same' | 'copied' | 'other' | 'untouched';
}

/**
 * Restores the console of a backup, while no console runs on that folder.
 *
 * @throws STORE_IN_USE, CONSOLE_NOT_EMPTY, BACKUP_…, RECORD_FORMAT_OTHER, SECRET_KEY_INVALID, STORE_…
 */
export async function restoreBackupFile(file: BackupFile, options: RestoreOptions): Promise<RestoredConsole> {
  const source = await sourceOf(file);
  const dataDir = resolve(options.dataDir);
  const { databaseUrl, dryRun } = options;
  if (dryRun && databaseUrl === undefined && !existsSync(join(dataDir, 'postgres'))) {
    // A store would be made there only to try.
    await using folder = await TemporaryFolder.make();
    return { ...(await restoreInto(source, { ...options, dataDir: folder.path })), key: 'untouched' };
  }
  // Also beside a server of databases: a console of this folder would go on with what it knew before.
  const lock = lockFolder(dataDir, (holder) => storeInUse(dataDir, holder));
  try {
    const key = dryRun ? 'untouched' : await placeKey(file, source.key, join(dataDir, secretKeyName));
    return { ...(await restoreInto(source, { ...options, dataDir })), key };
  } finally {
    lock.release();
  }
}

async function restoreInto(
  source: BackupSource,
  { dataDir, databaseUrl, replace, dryRun }: RestoreOptions,
): Promise<RestoredDatabase> {
  const store = await openStore({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
  try {
    return await restoreDatabase(store.db, source, { replace, dryRun });
  } finally {
    await store.close();
  }
}

/** A console that starts makes a key where there is none, which would open nothing of what was restored. */
async function placeKey(file: BackupFile, key: SecretKey, path: string): Promise<RestoredConsole['key']> {
  if (!existsSync(path)) {
    await writeFileAtomically(path, await readFile(file.secretKeyFile), 0o600);
    return 'copied';
  }
  return (await SecretKey.open({ path, mayBeMade: false })).id === key.id ? 'same' : 'other';
}

/** A folder that is removed with what is in it. */
class TemporaryFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<TemporaryFolder> {
    return new TemporaryFolder(await mkdtemp(join(tmpdir(), 'sealift-trial-')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

async function sourceOf({ path, secretKeyFile }: BackupFile): Promise<BackupSource> {
  const reference = basename(path);
  const key = await SecretKey.open({ path: secretKeyFile, mayBeMade: false });
  return { reference, bytes: await openBackupFile(path, reference), key, keyPath: secretKeyFile };
}
