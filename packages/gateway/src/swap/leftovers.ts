import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import { removeUnfinished } from '@sealift/io/unfinished';
import type { GatewayFolder } from '../folder.ts';

/** How long an old executable is kept, and what a failed one said. */
const keptMs = 7 * 24 * 60 * 60_000;

/** Keeps what an executable said that did not prove itself. @returns where */
export async function keepLog(
  { failed }: GatewayFolder,
  { version, sha256 }: { readonly version: string; readonly sha256: string },
  text: string,
): Promise<string> {
  const at = new Date().toISOString().replaceAll(':', '-');
  const path = join(failed, `${version}-${sha256.slice(0, 12)}-${at}.log`);
  await writeFileAtomically(path, text, 0o600);
  return path;
}

/** Removes what has been kept for long enough, but for executables that are still needed; what cannot be removed stays. */
export async function removeOld(folder: GatewayFolder, needed: readonly (string | null)[]): Promise<void> {
  await removeUnfinished(folder.root, 0).catch(() => undefined);
  const places: readonly (readonly [string, readonly (string | null)[]])[] = [
    [folder.failed, []],
    [folder.executables, needed],
  ];
  for (const [place, kept] of places) {
    const names = await readdir(place).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    for (const name of names) {
      const path = join(place, name);
      if (!kept.includes(name) && (await isOld(path))) await rm(path, { force: true }).catch(() => undefined);
    }
  }
}

/** By its change of status, which nothing that is copied there brings along. */
async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.ctimeMs < Date.now() - keptMs;
}
