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

/** What of a repository's name stands for packs, markers, node images and programs, whatever the path before it. */
const ofPacks = /^(?:spectro-packs\/|sealift-catalog$|sealift-node-images$|sealift-tools\/)/;

/**
 * By what name a repository of a registry goes in another one: below that one's path of packs or of images where it is below such a path here, else
 * by the same.
 */
export function repositoryIn(to: ContentPaths, from: ContentPaths, repository: string): string {
  const below = (base: string): string | undefined => {
    if (base === '') return repository;
    return repository.startsWith(`${base}/`) ? repository.slice(base.length + 1) : undefined;
  };
  const at = (base: string, rest: string): string => (base === '' ? rest : `${base}/${rest}`);
  const pack = below(from.packBase);
  if (pack !== undefined && ofPacks.test(pack)) return at(to.packBase, pack);
  const image = below(from.imageBase);
  return image === undefined ? repository : at(to.imageBase, image);
}
