import { layerNames } from '../pack/pack.ts';
import { isSealiftError } from '../errors/sealift-error.ts';
import { DocumentError } from '../schema/document-error.ts';
import type { PlaceOf } from '../schema/check.ts';
import { parseRange, satisfies } from '../version/range.ts';
import { compareCore, parseVersion } from '../version/version.ts';
import { checkDeclared } from './declared/check-declared.ts';
import type { Release, ReleaseFile } from './release.ts';

/** What a release file and a released artifact have in common. */
type Described = ReleaseFile | Release;

/**
 * What a schema cannot say: versions and ranges of one release must agree with each other.
 *
 * @throws DocumentError at the first contradiction.
 */
export function checkRelease({ spec }: Described, placeOf: PlaceOf): void {
  const refuse = (reason: string, path: readonly PropertyKey[]): DocumentError =>
    new DocumentError(reason, placeOf(path));

  for (const [index, { range }] of spec.upgradesFrom.entries()) {
    readRange(range, ['spec', 'upgradesFrom', index, 'range'], placeOf);
  }

  const { version, supported } = spec.kubernetes;
  const supportedPath = ['spec', 'kubernetes', 'supported'];
  if (!satisfies(version, readRange(supported, supportedPath, placeOf))) {
    throw refuse(`Kubernetes ${version}, which the release brings, is not in ${supported}`, supportedPath);
  }
  if (spec.nodeImage !== undefined && spec.nodeImage.kubernetes !== version) {
    const reason = `the node image holds Kubernetes ${spec.nodeImage.kubernetes} and the release brings ${version}`;
    throw refuse(reason, ['spec', 'nodeImage', 'kubernetes']);
  }

  checkBetween(spec, refuse);
  checkLayers(spec, refuse);
  checkDeclared(spec, refuse);

  const packs = new Set(spec.layers.map(({ pack }) => pack));
  const providers = spec.clusterApi?.components.pack;
  if (providers !== undefined && packs.has(providers)) {
    // A layer comes after the nodes are rolled, and the providers before.
    throw refuse(`the pack ${providers} is a layer too`, ['spec', 'clusterApi', 'components', 'pack']);
  }
  for (const [index, { pack }] of spec.migrations.entries()) {
    if (!packs.has(pack)) throw refuse(`no layer has the pack ${pack}`, ['spec', 'migrations', index, 'pack']);
  }
}

/** One image a minor, oldest first, and all older than what the release brings; of one name, and so one template, there is one. */
function checkBetween(
  { kubernetes, nodeImage, intermediateNodeImages: between = [] }: Described['spec'],
  refuse: (reason: string, path: readonly PropertyKey[]) => DocumentError,
): void {
  if (nodeImage === undefined && between.length > 0) {
    throw refuse('there is no nodeImage that they could lead to', ['spec', 'intermediateNodeImages']);
  }
  const names = new Set([nodeImage?.ova]);
  for (const [index, { ova, kubernetes: version }] of between.entries()) {
    const path = ['spec', 'intermediateNodeImages', index];
    if (names.has(ova)) throw refuse(`two node images are called ${ova}`, [...path, 'ova']);
    names.add(ova);
    const next = between[index + 1]?.kubernetes ?? kubernetes.version;
    if (compareCore(minorOf(version), minorOf(next)) >= 0) {
      throw refuse(`Kubernetes ${version} is no minor before ${next}`, [...path, 'kubernetes']);
    }
  }
}

function minorOf(version: string): readonly string[] {
  return parseVersion(version).core.slice(0, 2);
}

function checkLayers(
  spec: Described['spec'],
  refuse: (reason: string, path: readonly PropertyKey[]) => DocumentError,
): void {
  const packs = new Set<string>();
  const single = new Set<string>();
  let highest = 0;
  for (const [index, { layer, pack, version }] of spec.layers.entries()) {
    const path = ['spec', 'layers', index];
    if (packs.has(pack)) throw refuse(`the pack ${pack} is in two layers`, [...path, 'pack']);
    packs.add(pack);
    if (layer !== 'addon' && single.has(layer)) throw refuse(`there are two ${layer} layers`, [...path, 'layer']);
    single.add(layer);
    const rank = layerNames.indexOf(layer);
    if (rank < highest) {
      throw refuse(`the ${layer} layer comes too late; the order is ${layerNames.join(', ')}`, [...path, 'layer']);
    }
    highest = rank;
    // Distributions add to the version of Kubernetes they bring: 1.26.10-rke2r1.
    if (layer === 'k8s' && compareCore(parseVersion(version).core, parseVersion(spec.kubernetes.version).core) !== 0) {
      const reason = `the k8s layer has ${version} and spec.kubernetes.version is ${spec.kubernetes.version}`;
      throw refuse(reason, [...path, 'version']);
    }
  }
}

function readRange(range: string, path: readonly PropertyKey[], placeOf: PlaceOf): ReturnType<typeof parseRange> {
  try {
    return parseRange(range);
  } catch (error) {
    if (isSealiftError(error)) throw new DocumentError(error.message, placeOf(path));
    throw error;
  }
}
