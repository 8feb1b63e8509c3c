import { join } from 'node:path';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import { enabledPresets, readPlain, readPresets, readSchemaNotation } from '@sealift/core/merge';
import { type Pack, packProblems, parsePack, readPackValues } from '@sealift/core/pack';
import { compareVersions } from '@sealift/core/version';
import { readChart } from '@sealift/oci/chart-archive';
import { readPackFolder } from '@sealift/oci/pack-artifact';

/** Something that is wrong with a pack's folder. */
export interface PackProblem {
  /** `error`: no bundle takes the pack. `warning`: it is taken, and probably not what is meant. */
  readonly severity: 'error' | 'warning';
  /** The file, and where in it: `cni-calico/pack.json#/layer`. */
  readonly place: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** What a folder is, as far as it can be told, and all that is wrong with it. */
export interface ValidatedPack {
  readonly folder: string;
  /** Null where its `pack.json` is none. */
  readonly pack: Pick<Pack, 'name' | 'version' | 'layer'> | null;
  readonly files: readonly string[];
  readonly problems: readonly PackProblem[];
}

/**
 * Looks at everything in a pack's folder that a bundle, a registry or a merge would refuse, and does not stop at the first.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE where the folder cannot be read
 */
export async function validatePack(folder: string): Promise<ValidatedPack> {
  const found = new Problems(folder);
  const files = await readPackFolder(folder, (refusal) => found.add(refusal));
  const text = (name: string): string | undefined => found.try(name, () => decoded(files.get(name), name));
  const packJson = text('pack.json');
  const pack = packJson === undefined ? found.missing('pack.json') : checkPackJson(packJson, found);
  const values = text('values.yaml') ?? '';
  // Values that a merge cannot read are those of which it says more than the reading of one section does.
  found.try('values.yaml', () => {
    readPlain(values, 'values.yaml');
    readPackValues(values, 'values.yaml');
  });
  checkDescriptions(
    { presets: text('presets.yaml'), notation: text('schema.yaml'), json: text('values.schema.json'), values },
    found,
  );
  if (pack !== undefined) checkNamedFiles(pack, files, found);
  for (const [path, bytes] of files) {
    if (!/^charts\/[^/]+\.tgz$/.test(path)) continue;
    await readChart(bytes, path).catch((error: unknown) => found.caught(path, error));
  }
  const is = pack === undefined ? null : { name: pack.name, version: pack.version, layer: pack.layer };
  return { folder, pack: is, files: [...files.keys()], problems: found.all };
}

/** Gathers problems with their places below the folder. */
class Problems {
  readonly all: PackProblem[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(error: SealiftError, severity: PackProblem['severity'] = 'error'): void {
    const { place = '', code, message, hint } = error;
    const known = place.startsWith(this.#folder) ? place : join(this.#folder, place);
    // Two checks may stumble over the same line.
    if (this.all.some((one) => one.place === known && one.message === message)) return;
    this.all.push({ severity, place: known, code, message, remedy: hint });
  }

  warn(place: string, reason: string): void {
    this.add(new SealiftError('INPUT_INVALID', { values: { what: place, reason }, place }), 'warning');
  }

  missing(name: string): undefined {
    this.add(new SealiftError('FILE_NOT_FOUND', { values: { path: join(this.#folder, name) }, place: name }));
  }

  /** Does a check on a file, and keeps what it fails with. */
  try<Result>(name: string, check: () => Result): Result | undefined {
    try {
      return check();
    } catch (error) {
      this.caught(name, error);
      return undefined;
    }
  }

  caught(name: string, error: unknown): void {
    if (!isSealiftError(error)) throw error;
    const { place } = error;
    this.add(
      place?.startsWith(name) === true ? error : error.withPlace(place === undefined ? name : `${name}, ${place}`),
    );
  }
}

function decoded(bytes: Buffer | undefined, name: string): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new SealiftError('PACK_FILE_REFUSED', {
      values: { path: name, reason: 'it is not UTF-8 text' },
      place: name,
      cause: error,
    });
  }
}

function checkPackJson(text: string, found: Problems): Pack | undefined {
  const problems = packProblems(text, 'pack.json');
  for (const problem of problems) found.add(problem);
  if (problems.length > 0) return undefined;
  const pack = parsePack(text, 'pack.json');
  for (const [index, dependency] of (pack.constraints?.dependencies ?? []).entries()) {
    const { packName, minVersion, maxVersion, type } = dependency;
    const place = `pack.json#/constraints/dependencies/${index}`;
    const wrong = (reason: string): void =>
      found.add(new SealiftError('PACK_INVALID', { values: { path: 'pack.json', reason }, place }));
    if (minVersion && maxVersion && compareVersions(minVersion, maxVersion) > 0) {
      wrong(`no version of ${packName} is both at least ${minVersion} and at most ${maxVersion}`);
    }
    if (packName === pack.name && type !== 'upgrade') wrong('it names the pack itself');
  }
  return pack;
}

function checkDescriptions(
  texts: {
    readonly presets: string | undefined;
    readonly notation: string | undefined;
    readonly json: string | undefined;
    readonly values: string;
  },
  found: Problems,
): void {
  const { presets, notation, json, values } = texts;
  const known = presets === undefined ? [] : found.try('presets.yaml', () => readPresets(presets));
  for (const { group, name } of known === undefined ? [] : enabledPresets(values)) {
    if (known?.some((preset) => preset.name === name && (preset.group ?? '') === group) === true) continue;
    found.warn('values.yaml', `it has the preset ${group}:${name} on, which presets.yaml does not have`);
  }
  if (notation !== undefined) found.try('schema.yaml', () => readSchemaNotation(notation));
  if (json !== undefined) {
    found.try('values.schema.json', () => {
      try {
        JSON.parse(json);
      } catch (error) {
        const reason = `it is not JSON: ${reasonOf(error)}`;
        throw new SealiftError('PACK_INVALID', {
          values: { path: 'values.schema.json', reason },
          place: 'values.schema.json',
          cause: error,
        });
      }
    });
  }
}

/** What `pack.json` names has to be there; what is there and not named is shipped all the same. */
function checkNamedFiles(pack: Pack, files: ReadonlyMap<string, Buffer>, found: Problems): void {
  for (const [member, names] of [
    ['charts', pack.charts ?? []],
    ['kubeManifests', pack.kubeManifests ?? []],
  ] as const) {
    for (const [index, file] of names.entries()) {
      if (files.has(file)) continue;
      const values = { path: 'pack.json', file };
      found.add(new SealiftError('PACK_FILE_MISSING', { values, place: `pack.json#/${member}/${index}` }));
    }
  }
  const named = new Set([...(pack.charts ?? []), ...(pack.kubeManifests ?? [])]);
  for (const path of files.keys()) {
    if (!/^(?:charts\/[^/]+\.tgz|manifests\/.+\.ya?ml)$/.test(path) || named.has(path)) continue;
    found.warn(path, 'pack.json does not name it, and it is applied all the same');
  }
}
