import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/oci/blob-file';
import { z } from 'zod';

const recordSchema = z.object({ pid: z.int().positive(), startedAt: z.string() });

/**
 * Marks the folder as used by this process. A mark left by a process that is gone counts for nothing; process numbers come
 * again, so the mark carries when its process was started too.
 *
 * @throws STORAGE_IN_USE while another process has it
 */
export async function lockStorage(folder: string): Promise<void> {
  const path = join(folder, 'lock');
  const found = await readRecord(path);
  if (found !== undefined && found.pid !== process.pid && (await startOf(found.pid)) === found.startedAt) {
    throw new SealiftError('STORAGE_IN_USE', { values: { path: folder, pid: found.pid }, place: path });
  }
  const startedAt = (await startOf(process.pid)) ?? 'unknown';
  await writeFileAtomically(path, JSON.stringify({ pid: process.pid, startedAt }));
}

async function readRecord(path: string): Promise<z.infer<typeof recordSchema> | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** When a process was started, in clock ticks since boot (proc_pid_stat(5), field 22); undefined when there is none. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold anything.
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
