import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, thisProcess } from '@sealift/io/process-identity';

const start = 'sealift-rehearsal-';
const ownerFile = 'owner';
/** Between the folder and its owner there is a moment. */
const ownerlessMs = 60_000;

/**
 * Does something with a folder that nobody else can look into, and removes it on every way. It holds a copy of all that a cluster stores, so one
 * that a killed process left is removed first.
 *
 * @param parent the system's folder for temporary files without it
 */
export async function inWorkFolder<Result>(
  parent: string = tmpdir(),
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  await removeAbandoned(parent);
  const folder = await mkdtemp(join(parent, start));
  try {
    await writeFile(join(folder, ownerFile), await thisProcess(), { mode: 0o600 });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(start)) continue;
    const folder = join(parent, name);
    const owner = await readFile(join(folder, ownerFile), 'utf8').catch(() => undefined);
    const isAbandoned = owner === undefined ? await isOld(folder) : !(await isRunning(owner));
    // Another account's folder stays: who made it removes it.
    if (isAbandoned) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isOld(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ownerlessMs;
}
