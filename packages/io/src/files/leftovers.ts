import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A running writer writes all the time; temporary files that are older, all of one run, belong to one that was killed. */
const leftoverAgeMs = 15 * 60 * 1000;
const uniqueEnd = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.part[0-9]{3}|\.parts\.json)?(?:\.minisig)?$/;

/**
 * Removes the temporary files that killed runs left in a folder: named `start`, a random UUID, and for all but one of the run what it
 * is. A run that writes one file after the other is young as long as its youngest is.
 */
export async function removeLeftovers(folder: string, start: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const runs = new Map<string, { paths: string[]; touchedMs: number }>();
  for (const name of names) {
    const id = name.startsWith(start) ? uniqueEnd.exec(name.slice(start.length))?.[1] : undefined;
    if (id === undefined) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    const run = runs.get(id) ?? { paths: [], touchedMs: 0 };
    run.paths.push(path);
    run.touchedMs = Math.max(run.touchedMs, found.mtimeMs);
    runs.set(id, run);
  }
  for (const { paths, touchedMs } of runs.values()) {
    if (Date.now() - touchedMs <= leftoverAgeMs) continue;
    for (const path of paths) await rm(path, { force: true });
  }
}
