import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './file-errors.ts';

const start = '.incoming-';
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A name in the folder for a file that is being written; nobody else has it. */
export function unfinishedPath(folder: string): string {
  return join(folder, `${start}${randomUUID()}`);
}

/** Whether a name is that of a file that is being written, or was when its writer was killed. */
export function isUnfinished(name: string): boolean {
  return name.startsWith(start) && uuid.test(name.slice(start.length));
}

/**
 * Removes from a folder what writers that were killed had begun. A folder that is missing holds nothing.
 *
 * @param olderThanMs since it was last written to; 0 only where no other writer can be at work
 */
export async function removeUnfinished(folder: string, olderThanMs: number): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names.filter(isUnfinished)) {
    const path = join(folder, name);
    if (olderThanMs === 0 || (await isOlder(path, olderThanMs))) await rm(path, { force: true });
  }
}

/** One that has got its name meanwhile is nobody's leftover. */
async function isOlder(path: string, ageMs: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - ageMs;
}
