import { open, rename, rm } from 'node:fs/promises';

/** Writes a small file that appears whole or not at all; from the first moment only this user can read what `mode` says so of. */
export async function writePrivately(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
