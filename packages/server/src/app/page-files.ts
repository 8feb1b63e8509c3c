import { opendir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import { SealiftError } from '@sealift/core/errors';
import { executableAsset, executableAssetNames } from '@sealift/io/executable-asset';

/** The single-file executable carries each of the pages' files under this and its path. */
export const pagesAssets = 'pages/';
/** The pages are some twenty files of three mebibytes: a folder with much more is another one. */
const most = { files: 1000, bytes: 64 * 1024 * 1024 };

/** The built web pages, in memory: the same whether they come out of a folder or out of the executable. */
export interface PageFiles {
  /** Where they were looked for. */
  readonly place: string;
  /** Content by path, as `index.html` and `assets/index-BoE3BTSm.js`; without `index.html` they are not built. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The console's pages: those of the folder, else those of the executable, or in a checkout those built last.
 *
 * @throws INPUT_INVALID when the folder holds more than pages
 */
export async function findPages(folder: string | undefined): Promise<PageFiles> {
  if (folder !== undefined) return await pagesOfFolder(folder);
  if (!isSea()) return await pagesOfFolder(fileURLToPath(new URL('../../../console/dist', import.meta.url)));
  const names = executableAssetNames(pagesAssets);
  const files = names.map((name) => [name.slice(pagesAssets.length), executableAsset(name)] as const);
  return { place: process.execPath, files: new Map(files) };
}

/** Links are not followed. @throws INPUT_INVALID when the folder holds more than pages */
export async function pagesOfFolder(place: string): Promise<PageFiles> {
  const files = new Map<string, Uint8Array>();
  const index = await stat(join(place, 'index.html')).catch(() => undefined);
  if (index?.isFile() !== true) return { place, files };
  let bytes = 0;
  for await (const entry of await opendir(place, { recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    bytes += (await stat(path)).size;
    if (files.size >= most.files || bytes > most.bytes) throw tooMuch(place);
    files.set(relative(place, path).split(sep).join('/'), await readFile(path));
  }
  return { place, files };
}

function tooMuch(place: string): SealiftError {
  const reason = `it holds more than ${most.files} files or ${most.bytes / 1024 / 1024} MiB`;
  const hint = 'Name the folder that `npm run build` wrote: index.html and assets, nothing else.';
  return new SealiftError('INPUT_INVALID', { place, values: { what: 'the folder of web pages', reason }, hint });
}
