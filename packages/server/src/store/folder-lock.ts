import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import { z } from 'zod';

const ownerSchema = z.object({ pid: z.int(), startedAt: z.string(), host: z.string(), nonce: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Holds a folder for this process alone. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this process by a lock file that names its pid. PGlite has no lock of its own, and two processes
 * on one folder destroy it. A lock whose process is gone (`kill -9`, power loss) is taken over: the pid is compared together with
 * the process's start time, so a pid used again by another program is not mistaken for the owner.
 *
 * @throws STORE_IN_USE while the owner lives, or when it is on another machine and so cannot be asked; FILE_UNWRITABLE
 */
export function lockFolder(folder: string): FolderLock {
  try {
    return takeLock(folder, join(folder, 'store.lock'));
  } catch (error) {
    if (isSealiftError(error)) throw error;
    const reason = reasonOf(error);
    throw new SealiftError('FILE_UNWRITABLE', { values: { path: folder, reason }, cause: error });
  }
}

function takeLock(folder: string, path: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const mine: Owner = {
    pid: process.pid,
    startedAt: startOf(process.pid) ?? '',
    host: hostname(),
    nonce: randomUUID(),
  };
  for (let attempt = 0; attempt < 10; attempt++) {
    if (create(path, mine)) return { release: () => releaseOwn(path, mine) };
    const owner = readOwner(path);
    if (owner === 'gone') continue;
    if (owner !== 'unreadable' && isAlive(owner)) throw inUse(folder, path, owner);
    moveAway(path, owner);
  }
  throw new SealiftError('STORE_IN_USE', { place: path, values: { folder, pid: 'unknown', host: hostname() } });
}

/** Links a complete file into place: the name appears with its content or not at all, and only for one process. */
function create(path: string, owner: Owner): boolean {
  const temporary = `${path}.${owner.nonce}`;
  writeFileSync(temporary, JSON.stringify(owner), { mode: 0o600, flush: true });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readOwner(path: string): Owner | 'gone' | 'unreadable' {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    return hasCode(error, 'ENOENT') ? 'gone' : 'unreadable';
  }
}

/** Renames the stale lock aside. Two processes may both have found it stale: the one that moved a fresh lock puts it back. */
function moveAway(path: string, stale: Owner | 'unreadable'): void {
  const aside = `${path}.stale-${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readOwner(aside);
  const fresh = moved !== 'gone' && moved !== 'unreadable' && (stale === 'unreadable' || moved.nonce !== stale.nonce);
  try {
    if (fresh) linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function releaseOwn(path: string, mine: Owner): void {
  const owner = readOwner(path);
  if (owner !== 'gone' && owner !== 'unreadable' && owner.nonce === mine.nonce) rmSync(path, { force: true });
}

function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
  }
  if (hasEnded(owner.pid)) return false;
  const startedAt = startOf(owner.pid);
  return startedAt === undefined || owner.startedAt === '' || startedAt === owner.startedAt;
}

/** When a process started, in clock ticks since boot (proc(5), `/proc/pid/stat` field 22), with the boot's id. Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const ticks = statFields(pid)?.at(19);
    return ticks === undefined ? undefined : `${boot}:${ticks}`;
  } catch {
    return undefined;
  }
}

/** A killed process that its parent has not asked about yet still answers signals (proc(5), state Z); it holds nothing any more. */
function hasEnded(pid: number): boolean {
  const state = statFields(pid)?.at(0);
  return state === 'Z' || state === 'X';
}

/** What follows the program's name in `/proc/pid/stat`: the first is field 3. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function inUse(folder: string, path: string, owner: Owner): SealiftError {
  return new SealiftError('STORE_IN_USE', { place: path, values: { folder, pid: owner.pid, host: owner.host } });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
