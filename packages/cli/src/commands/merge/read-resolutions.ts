import { isSealiftError, SealiftError } from '@sealift/core/errors';
import {
  type MergePath,
  mergePathSchema,
  parsePathText,
  pathKey,
  pathText,
  readPlain,
  type Resolution,
} from '@sealift/core/merge';

/** More conflicts than any person settles in one file. */
const maxEntries = 10_000;
const sides = ['current', 'incoming', 'base'] as const;
const choose = 'Write `take: current`, `take: incoming` or `take: base`, or `value:` with YAML text of your own.';

/**
 * Reads the answers to conflicts: a list of `{path, take}` and `{path, value}`, in YAML or JSON, where a path is written as a conflict
 * shows it or as a list. An empty file holds none.
 *
 * @param file what errors call it
 * @throws MERGE_RESOLUTION_INVALID (which entry, and how to mend it), INPUT_INVALID, MERGE_YAML_INVALID
 */
export function readResolutions(text: string, file: string): readonly Resolution[] {
  const plain = readPlain(text, file);
  const list = isRecord(plain) && Object.hasOwn(plain, 'resolutions') ? plain['resolutions'] : plain;
  if (list === null) return [];
  if (!Array.isArray(list) || list.length > maxEntries) {
    const reason = Array.isArray(list)
      ? `it has more than ${maxEntries} entries`
      : 'it is no list of {path, take} or {path, value}';
    const hint = 'Let `sealift merge explain --skeleton` write one to fill.';
    throw new SealiftError('INPUT_INVALID', { place: file, values: { what: 'the list of resolutions', reason }, hint });
  }
  const seen = new Map<string, number>();
  return list.map((entry: unknown, index) => {
    const resolution = readEntry(entry, `${file}: entry ${index + 1}`);
    const key = pathKey(resolution.path);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      const reason = `entry ${earlier} and entry ${index + 1} both answer for it`;
      throw refused(file, pathText(resolution.path), reason, `Keep one of the two entries.`);
    }
    seen.set(key, index + 1);
    return resolution;
  });
}

function readEntry(entry: unknown, place: string): Resolution {
  if (!isRecord(entry))
    throw refused(place, 'an entry', 'it is no mapping', `Write it as {path, take} or {path, value}.`);
  const path = readPath(entry['path'], place);
  const name = pathText(path);
  const unknown = Object.keys(entry).find((key) => !['path', 'take', 'value'].includes(key));
  if (unknown !== undefined) throw refused(place, name, `an entry has no ${JSON.stringify(unknown)}`, choose);
  const take = entry['take'] ?? undefined;
  const value = entry['value'] ?? undefined;
  if (take === undefined && value === undefined) throw refused(place, name, 'nothing is chosen', choose);
  if (take !== undefined && value !== undefined) {
    throw refused(place, name, 'it has both `take` and `value`', 'Keep one of the two.');
  }
  if (value !== undefined) return { path, value: typeof value === 'string' ? value : JSON.stringify(value) };
  const side = sides.find((known) => known === take);
  if (side === undefined) throw refused(place, name, `${JSON.stringify(take)} is no side to take`, choose);
  return { path, take: side };
}

function readPath(path: unknown, place: string): MergePath {
  const mend = 'Write the path as the conflict shows it, such as env[name=X].value, or as a list of keys.';
  if (path === undefined || path === null) throw refused(place, 'an entry', 'it has no path', mend);
  if (typeof path === 'string') {
    try {
      return parsePathText(path);
    } catch (error) {
      if (!isSealiftError(error)) throw error;
      throw refused(place, path, error.message, mend);
    }
  }
  const read = mergePathSchema.safeParse(path);
  if (!read.success) throw refused(place, JSON.stringify(path).slice(0, 100), 'it is no path', mend);
  return read.data;
}

function refused(place: string, path: string, reason: string, hint: string): SealiftError {
  return new SealiftError('MERGE_RESOLUTION_INVALID', { place, values: { path, reason }, hint });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
