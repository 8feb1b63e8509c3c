/** Where packs, markers and node images are, below the registry. */
export const packBase = 'sealift/packs';
/** Where images are, below the registry. */
export const imageBase = 'sealift/images';

/** Where a registry keeps the same. */
export interface ContentPaths {
  readonly packBase: string;
  readonly imageBase: string;
}

/** Where a registry with other paths keeps what is in this repository of the console's own. */
export function repositoryAt(paths: ContentPaths, repository: string): string {
  for (const [own, there] of [
    [packBase, paths.packBase],
    [imageBase, paths.imageBase],
  ] as const) {
    if (!repository.startsWith(`${own}/`)) continue;
    const rest = repository.slice(own.length + 1);
    return there === '' ? rest : `${there}/${rest}`;
  }
  throw new TypeError(`${repository} is below no path of the console's registry`);
}
