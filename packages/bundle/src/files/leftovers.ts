import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A running writer writes all the time; a temporary file that is older belongs to one that was killed. */
const leftoverAgeMs = 15 * 60 * 1000;
const uniqueEnd = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.minisig)?$/;

/** Removes the temporary files that killed runs left in a folder: named `start` and a random UUID. */
export async function removeLeftovers(folder: string, start: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(start) || !uniqueEnd.test(name.slice(start.length))) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > leftoverAgeMs) await rm(path, { force: true });
  }
}
