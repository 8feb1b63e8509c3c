import type { Pack } from '../pack/pack-json.ts';
import { compareVersions } from '../version/version.ts';

/** A pack that is wanted, or not wanted, beside another one, and what is there in its place. */
interface UnmetDependency {
  readonly pack: string;
  readonly version: string;
  /** The pack that it names. */
  readonly names: string;
  /** In one sentence. */
  readonly reason: string;
}

type Dependency = NonNullable<NonNullable<NonNullable<Pack['constraints']>['dependencies']>>[number];

/**
 * What the constraints of packs that run together ask for and do not get: a pack that is required is there in a version between the bounds, an
 * optional one is not there in another version, one that is not supported is not there in a version between them. What a pack can be upgraded from
 * is no matter of what runs beside it.
 */
export function unmetDependencies(packs: readonly Pack[]): readonly UnmetDependency[] {
  return packs.flatMap(({ name: pack, version, constraints }) =>
    (constraints?.dependencies ?? []).flatMap((dependency): UnmetDependency[] => {
      const found = packs.filter(
        ({ name, layer }) => name === dependency.packName && (dependency.layer ?? layer) === layer,
      );
      const wrong = whyUnmet(dependency, found);
      if (wrong === undefined) return [];
      return [{ pack, version, names: dependency.packName, reason: `${pack} ${version} ${wrong}` }];
    }),
  );
}

function whyUnmet(dependency: Dependency, found: readonly Pack[]): string | undefined {
  const { packName, type } = dependency;
  const versions = found.map(({ version }) => version);
  const inside = versions.filter((version) => isWithin(version, dependency));
  const bounds = boundsText(dependency);
  const there = versions.length === 0 ? 'it is not there' : `there is ${versions.join(', ')}`;
  switch (type) {
    case 'required':
      return inside.length > 0 ? undefined : `needs ${packName}${bounds}, and ${there}`;
    case 'optional':
      return inside.length === versions.length ? undefined : `works with ${packName}${bounds} only, and ${there}`;
    case 'notSupported':
      return inside.length === 0 ? undefined : `does not work with ${packName}${bounds}, and ${there}`;
    case 'upgrade':
      return undefined;
  }
}

function isWithin(version: string, { minVersion, maxVersion }: Dependency): boolean {
  if (minVersion && compareVersions(version, minVersion) < 0) return false;
  return !maxVersion || compareVersions(version, maxVersion) <= 0;
}

function boundsText({ minVersion, maxVersion }: Dependency): string {
  if (minVersion && maxVersion) return ` from ${minVersion} to ${maxVersion}`;
  if (minVersion) return ` from ${minVersion} on`;
  return maxVersion ? ` up to ${maxVersion}` : '';
}
