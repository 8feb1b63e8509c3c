import { createHash } from 'node:crypto';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies what a start needs into a folder that is not there yet: all of it or, when that fails, nothing.
 *
 * @throws Error of Node with `ENOTEMPTY` when there is something
 */
export async function keepFolder(from: string, to: string): Promise<void> {
  const unfinished = `${to}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    await cp(from, unfinished, { recursive: true, filter: (path) => path !== join(from, 'logs') });
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Does something unless the mark, a file, says that it was done for this very input. */
export async function onceFor(input: unknown, mark: string, act: () => Promise<void>): Promise<void> {
  const hash = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  if ((await readFile(mark, 'utf8').catch(() => undefined)) === hash) return;
  await act();
  await writeFile(mark, hash);
}
