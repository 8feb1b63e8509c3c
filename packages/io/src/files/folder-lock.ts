import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from './make-folder.ts';
import { z } from 'zod';
import { unwritable } from './file-errors.ts';

/** The file whose lock is the folder's. It stays empty, and stays: without it there would be nothing to lock. */
const lockName = 'folder.lock';
/** Who holds it, for people. */
const holderName = 'folder.lock.holder';

const holderSchema = z.object({ pid: z.int().positive(), host: z.string().max(255) });
/** SQLITE_BUSY (sqlite.org, "Result and Error Codes"). */
const busy = 5;

/** Holds a folder for this process alone. */
export interface FolderLock {
  release(): void;
}

/** Who holds a folder, as it said itself; `unknown` where it did not, or has not yet. Only for people: it decides nothing. */
export interface FolderHolder {
  readonly pid: number | 'unknown';
  readonly host: string;
}

/** A connection that nobody refers to would be closed by the garbage collector, and the lock be gone with it. */
const held = new Set<DatabaseSync>();

/**
 * Takes a folder for this process, and makes it, for its owner alone, where it is missing. The lock is one of the kernel (fcntl(2)) on a file in
 * the folder. So it ends with the process, however that ends, and holds among all processes that share the folder, whatever
 * host name, container or process namespace they have. It is taken through SQLite, as Node.js has no call of its own; a second
 * taker in this process is refused too.
 *
 * Nothing else in this process may open the lock file: closing any other descriptor of it ends the lock (fcntl(2)).
 *
 * @param inUse makes the error to fail with while another holds the folder
 * @throws what `inUse` makes; FILE_UNWRITABLE
 */
export function lockFolder(folder: string, inUse: (holder: FolderHolder) => Error): FolderLock {
  const path = join(folder, lockName);
  let lock: DatabaseSync | undefined;
  try {
    makeFolder(folder, 0o700);
    lock = new DatabaseSync(path);
    // Without a journal in memory there would be one on the disk beside it. Of all that try at once, one gets this lock.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    held.add(lock);
    nameHolder(folder);
  } catch (error) {
    if (lock !== undefined) letGo(lock);
    throw isBusy(error) ? inUse(readHolder(folder)) : unwritable(path, error);
  }
  return once(lock, folder);
}

/** A second release must not take the name of the next holder away. */
function once(lock: DatabaseSync, folder: string): FolderLock {
  return {
    release: () => {
      if (!held.has(lock)) return;
      forgetHolder(folder);
      letGo(lock);
    },
  };
}

function letGo(lock: DatabaseSync): void {
  held.delete(lock);
  lock.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busy;
}

/** What is only for people must not keep a full disk from being cleaned up. */
function nameHolder(folder: string): void {
  try {
    writeFileSync(join(folder, holderName), JSON.stringify({ pid: process.pid, host: hostname() }));
  } catch {
    // The holder stays unknown.
  }
}

/** Nor must it keep the lock from being given back. */
function forgetHolder(folder: string): void {
  try {
    rmSync(join(folder, holderName), { force: true });
  } catch {
    // The next holder writes over it.
  }
}

function readHolder(folder: string): FolderHolder {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(join(folder, holderName), 'utf8')));
  } catch {
    return { pid: 'unknown', host: 'unknown' };
  }
}
