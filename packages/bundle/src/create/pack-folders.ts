import { glob, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';

/**
 * The folders that patterns such as `./packs/*` match, each once.
 *
 * @throws FILE_NOT_FOUND when a pattern matches none
 */
export async function packFolders(patterns: readonly string[], folder: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const before = found.size;
    for await (const match of glob(pattern, { cwd: folder })) {
      const path = resolve(folder, match);
      if ((await stat(path)).isDirectory()) found.add(path);
    }
    if (found.size === before && !(await isFolder(resolve(folder, pattern)))) {
      const hint = 'Correct the pattern in spec.content.packs; it is relative to the folder of the release file.';
      throw new SealiftError('FILE_NOT_FOUND', { values: { path: pattern }, place: 'spec.content.packs', hint });
    }
  }
  // Sorted by what the release file could name, so that the order does not depend on where the checkout is.
  return [...found].sort((a, b) => (relative(folder, a) < relative(folder, b) ? -1 : 1));
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
