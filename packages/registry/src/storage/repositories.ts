import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '@sealift/io/file-errors';
import { isRepositoryName } from '@sealift/oci/reference';

/** All repositories: folders that hold one beginning with `_`. One that goes meanwhile holds none. */
export async function repositoriesBelow(folder: string, name = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (!entry.isDirectory()) continue;
    if (entry.name.startsWith('_')) {
      if (!found.includes(name)) found.push(name);
      continue;
    }
    const child = name === '' ? entry.name : `${name}/${entry.name}`;
    if (isRepositoryName(child)) found.push(...(await repositoriesBelow(join(folder, entry.name), child)));
  }
  return found;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
