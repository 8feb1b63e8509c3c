import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hasCode } from './file-errors.ts';

/**
 * Makes a folder and those above it that are missing; one that is there is left as it is. The recursive
 * `mkdir` of Node.js asks for ever, deaf to signals, where a file system answers that a folder is missing below one that is there
 * (`/proc`, and automounts). Here each folder is asked for twice at most. It does not return a promise:
 * these are a few calls that read and write no data.
 *
 * @param mode of the folders that are made, less the umask
 * @throws the error of the system for the first folder that can't be made
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  let folder = resolve(path);
  while (!tryFolder(folder, mode)) {
    missing.push(folder);
    folder = dirname(folder);
  }
  for (const one of missing.reverse()) {
    if (!tryFolder(one, mode)) mkdirSync(one, mode);
  }
}

/** @returns false when a folder above it is missing */
function tryFolder(folder: string, mode: number): boolean {
  try {
    mkdirSync(folder, mode);
    return true;
  } catch (error) {
    if (isFolder(folder)) return true;
    if (hasCode(error, 'ENOENT') && dirname(folder) !== folder) return false;
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
