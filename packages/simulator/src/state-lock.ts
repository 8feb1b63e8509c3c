import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';
import type { StateFolder } from './state-folder.ts';

/**
 * Takes the state folder for this process; the lock of a process that has died is taken over.
 *
 * @returns a function that gives it back.
 * @throws SIMULATOR_STATE_IN_USE
 */
export async function lockFolder(folder: StateFolder): Promise<() => Promise<void>> {
  await mkdir(folder.path, { recursive: true });
  const own = `${process.pid} ${await startTime(process.pid)}`;
  const prepared = `${folder.lock}.${randomUUID()}`;
  await writeFile(prepared, own);
  try {
    for (;;) {
      // A hard link appears with its content or not at all, so nobody reads a half-written lock.
      const taken = await link(prepared, folder.lock).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) return async () => rm(folder.lock, { force: true });
      const holder = await readFile(folder.lock, 'utf8').catch(() => '');
      const pid = Number(holder.split(' ')[0]);
      if (holder !== '' && holder === `${pid} ${await startTime(pid)}`) {
        throw new SealiftError('SIMULATOR_STATE_IN_USE', { values: { pid, path: folder.path } });
      }
      await rm(folder.lock, { force: true });
    }
  } finally {
    await rm(prepared, { force: true });
  }
}

/** When a process started, in clock ticks since boot: tells a process from a later one with the same id (proc(5), stat field 22). */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat !== null) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '?';
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return 'dead';
  }
}
