import { SealiftError } from '../errors/sealift-error.ts';
import { check } from '../schema/check.ts';
import { DocumentError, pointerFragment } from '../schema/document-error.ts';
import { readJsonDocument } from '../schema/json-document.ts';
import { readYamlDocument } from '../schema/yaml-document.ts';
import { type Release, type ReleasedPack, type ReleaseFile, releaseFileSchema, releaseSchema } from './release.ts';
import { checkRelease } from './release-checks.ts';

const maxFileLength = 1_000_000;
/** Ten thousand images of 500 characters each, and the rest. */
const maxReleaseLength = 8_000_000;

/**
 * Reads a `release.yaml`.
 *
 * @param place the file, for error messages.
 * @throws RELEASE_INVALID with line, column and JSON Pointer, as `release.yaml:12:7#/spec/layers/0/pack`.
 */
export function parseReleaseFile(yamlText: string, place: string): ReleaseFile {
  return refusing(place, () => {
    const { value, placeOf } = readYamlDocument(yamlText, maxFileLength);
    const release = check(releaseFileSchema, value, placeOf);
    checkRelease(release, placeOf);
    return release;
  });
}

/**
 * Reads a `release.json`, the artifact that a release marker carries.
 *
 * @param place the file or the reference in a registry, for error messages.
 * @throws RELEASE_INVALID with the JSON Pointer.
 */
export function parseRelease(jsonText: string, place: string): Release {
  return refusing(place, () => {
    const release = check(releaseSchema, readJsonDocument(jsonText, maxReleaseLength));
    checkRelease(release, pointerFragment);
    checkPins(release);
    return release;
  });
}

/** Every pack that a layer or the providers name is among the release's packs, under the same digest. */
function checkPins({ spec }: Release): void {
  const pinned = new Map(spec.packs.map((pack) => [`${pack.name} ${pack.version}`, pack]));
  const find = ({ pack, version, digest }: Pin, at: string): ReleasedPack => {
    const found = pinned.get(`${pack} ${version}`);
    if (found === undefined) throw new DocumentError(`spec.packs does not hold ${pack} ${version}`, at);
    if (found.digest !== digest) throw new DocumentError(`spec.packs has another digest for ${pack} ${version}`, at);
    return found;
  };
  for (const [index, pin] of spec.layers.entries()) {
    const at = pointerFragment(['spec', 'layers', index]);
    const { layer } = find(pin, at);
    if (layer !== pin.layer) throw new DocumentError(`${pin.pack} ${pin.version} is a pack of layer ${layer}`, at);
  }
  if (spec.clusterApi !== undefined) {
    find(spec.clusterApi.components, pointerFragment(['spec', 'clusterApi', 'components']));
  }
}

/** A pack that is named with its digest. */
interface Pin {
  readonly pack: string;
  readonly version: string;
  readonly digest: string;
}

function refusing<Result>(place: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new SealiftError('RELEASE_INVALID', {
      place: `${place}${error.at}`,
      values: { path: place, reason: error.message },
    });
  }
}
