import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A real pack's default values. */
export interface CorpusFile {
  readonly pack: string;
  readonly family: string;
  readonly text: string;
}

const beside = fileURLToPath(new URL('../../../../../../shared/data/packs', import.meta.url));

/** Where real packs lie: `SEALIFT_CORPUS`, else `../shared/data/packs` beside the checkout; undefined when there are none. */
export function corpusFolder(): string | undefined {
  const folder = process.env['SEALIFT_CORPUS'] ?? beside;
  return existsSync(folder) ? folder : undefined;
}

/** Every pack's `values.yaml`, in the order of their names. */
export function readCorpus(folder: string): readonly CorpusFile[] {
  return readdirSync(folder)
    .toSorted()
    .filter((pack) => existsSync(join(folder, pack, 'values.yaml')))
    .map((pack) => ({
      pack,
      family: pack.replace(/[-_]v?\d[\d.]*(-addon)?$/, ''),
      text: readFileSync(join(folder, pack, 'values.yaml'), 'utf8'),
    }));
}

/** All ordered pairs of two versions of one pack. */
export function versionPairs(files: readonly CorpusFile[]): readonly (readonly [CorpusFile, CorpusFile])[] {
  return files.flatMap((from) =>
    files.filter((to) => to !== from && to.family === from.family).map((to) => [from, to] as const),
  );
}
