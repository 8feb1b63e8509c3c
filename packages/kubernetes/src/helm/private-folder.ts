import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, thisProcess } from '@sealift/io/process-identity';

const start = 'sealift-helm-';
const uuidLength = 37;

/** A folder that only this account can read, as long as one run of a program takes. */
export interface PrivateFolder {
  readonly path: string;
  /** Where plugins of the program may be put; the only ones that it sees. */
  readonly pluginsPath: string;
  /** Writes a file that only this account can read. @returns its path */
  write(name: string, content: string | Uint8Array): Promise<string>;
}

/**
 * Gives the work a folder of its own, and removes it however the work ends. What processes that are no more left behind, which may hold
 * logins, is removed too.
 */
export async function inPrivateFolder<Result>(
  work: (folder: PrivateFolder) => Promise<Result>,
  above: string = tmpdir(),
): Promise<Result> {
  await removeLeftovers(above);
  const path = join(above, `${start}${await thisProcess()}_${randomUUID()}`);
  await mkdir(path, { mode: 0o700 });
  try {
    return await work({
      path,
      pluginsPath: join(path, 'plugins'),
      async write(name, content) {
        const file = join(path, name);
        await writeFile(file, content, { mode: 0o600, flag: 'wx' });
        return file;
      },
    });
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function removeLeftovers(above: string): Promise<void> {
  for (const name of await readdir(above).catch(() => [])) {
    if (!name.startsWith(start)) continue;
    const owner = name.slice(start.length, -uuidLength);
    if (await isRunning(owner)) continue;
    // Another account's cannot be removed, and needs not be.
    await rm(join(above, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
