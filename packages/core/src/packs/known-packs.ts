import type { LayerName } from '../pack/pack.ts';
import { packBundleName, releaseBundleName } from '../release/bundle-name.ts';
import type { PackRelease } from '../release/pack-release.ts';
import type { Release, ReleasedPack } from '../release/release.ts';
import { compareVersions } from '../version/version.ts';

/** What brings a pack: a release of the platform, or a release of the pack by itself. */
export interface PackSource {
  readonly kind: 'release' | 'pack';
  /** The platform's product; of a pack by itself its name. */
  readonly product: string;
  readonly version: string;
  /** The usual name of the bundle that holds it. */
  readonly bundle: string;
}

/** A version of a pack. Builds of one version that differ are two of them. */
export interface KnownPackVersion {
  readonly version: string;
  readonly digest: string;
  readonly layer: LayerName;
  /** Never empty; a pack by itself first, as it is the smallest to carry, then releases from the oldest on. */
  readonly sources: readonly PackSource[];
}

/** A pack, with every version of it, the newest first. */
export interface KnownPack {
  readonly name: string;
  readonly versions: readonly KnownPackVersion[];
}

/** Every pack that releases and pack releases bring, by name. */
export function knownPacks(releases: readonly Release[], packReleases: readonly PackRelease[]): readonly KnownPack[] {
  const byName = new Map<string, Map<string, { pack: ReleasedPack; sources: PackSource[] }>>();
  const add = (pack: ReleasedPack, source: PackSource): void => {
    const versions = byName.get(pack.name) ?? new Map<string, { pack: ReleasedPack; sources: PackSource[] }>();
    const key = `${pack.version} ${pack.digest}`;
    const known = versions.get(key) ?? { pack, sources: [] };
    known.sources.push(source);
    versions.set(key, known);
    byName.set(pack.name, versions);
  };
  for (const { pack } of packReleases) {
    const { name, version } = pack;
    add(pack, { kind: 'pack', product: name, version, bundle: packBundleName(name, version) });
  }
  for (const { metadata, spec } of releases.toSorted((a, b) =>
    compareVersions(a.metadata.version, b.metadata.version),
  )) {
    const { product, version } = metadata;
    for (const pack of spec.packs) {
      add(pack, { kind: 'release', product, version, bundle: releaseBundleName(version) });
    }
  }
  return [...byName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, versions]) => ({
      name,
      versions: [...versions.values()]
        .map(({ pack: { version, digest, layer }, sources }) => ({ version, digest, layer, sources }))
        .toSorted((a, b) => compareVersions(b.version, a.version) || (a.digest < b.digest ? -1 : 1)),
    }));
}
