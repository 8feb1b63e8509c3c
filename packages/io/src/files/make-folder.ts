import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode } from './file-errors.ts';

/**
 * Makes a folder and those above it that are missing, all with this mode; one that is there stays as it is. Node.js' own recursive
 * `mkdir` never ends, and hears no signal, where a folder is there in which none can be made (`/proc`). Each call is so short that it is not
 * worth a thread.
 *
 * @throws the system's error (errno(3))
 */
export function makeFolder(path: string, mode = 0o777): void {
  try {
    makeOne(path, mode);
  } catch (error) {
    const above = dirname(path);
    if (!hasCode(error, 'ENOENT') || above === path) throw error;
    makeFolder(above, mode);
    makeOne(path, mode);
  }
}

function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
