import { readdir } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { isUnfinished } from '@sealift/io/unfinished';
import { descriptionsFolder, indexName, publishedNameSchema } from './index-format.ts';

/** The files of a folder, sorted into bundles by their names alone. */
export interface FolderFiles {
  /** Of each bundle the names of its files, the one that is run first. */
  readonly bundles: readonly (readonly [string, ...string[]])[];
  /** Names that are of no bundle: nobody is told of them. */
  readonly others: readonly string[];
}

const companion = /^(?:\.minisig|\.part[0-9]{3}|\.parts\.json(?:\.minisig)?)$/;
const ours: ReadonlySet<string> = new Set([indexName, `${indexName}.minisig`]);

/**
 * Finds the bundles of a folder: files that end with `.bin`, with their parts, lists and signatures.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, PUBLISH_NOTHING, PUBLISH_NAME_REFUSED
 */
export async function bundleFilesOf(folder: string): Promise<FolderFiles> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new SealiftError('FILE_UNREADABLE', {
      values: { path: folder, reason: reasonOf(error) },
      place: folder,
      cause: error,
    });
  });
  const names = entries.map(({ name }) => name).toSorted();
  const bundles = entries.filter((entry) => entry.name.endsWith('.bin') && !entry.isDirectory());
  if (bundles.length === 0) throw new SealiftError('PUBLISH_NOTHING', { values: { folder }, place: folder });
  const found = bundles
    .map(({ name }) => name)
    .toSorted()
    .map((name): [string, ...string[]] => {
      const reason = publishedNameSchema.safeParse(name).error?.issues[0]?.message;
      if (reason !== undefined) {
        throw new SealiftError('PUBLISH_NAME_REFUSED', {
          values: { name: JSON.stringify(name), reason },
          place: folder,
        });
      }
      return [name, ...names.filter((other) => other.startsWith(name) && companion.test(other.slice(name.length)))];
    });
  const taken = new Set(found.flat());
  const isOther = (name: string): boolean =>
    !taken.has(name) && !ours.has(name) && name !== descriptionsFolder && !isUnfinished(name);
  return { bundles: found, others: names.filter(isOther) };
}
