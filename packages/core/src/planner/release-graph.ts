import type { UpgradeEdge } from '../release/release.ts';
import { parseRange, type VersionRange } from '../version/range.ts';
import { compareVersions, parseVersion, type Version } from '../version/version.ts';
import type { PlannableRelease } from './node-image.ts';

/** A release in its place among the others. */
export interface GraphRelease<Known extends PlannableRelease = PlannableRelease> {
  readonly release: Known;
  readonly version: Version;
  /** Its place by version, from 0: of two releases of a graph the newer one has the greater. */
  readonly place: number;
  readonly edges: readonly { readonly edge: UpgradeEdge; readonly range: VersionRange }[];
}

/** The releases of one product, oldest first, with what is asked of them again and again. */
export interface ReleaseGraph<Known extends PlannableRelease = PlannableRelease> {
  readonly product: string;
  readonly releases: readonly GraphRelease<Known>[];
  /** By place: the newest required release that is older, -1 where there is none. */
  readonly requiredBefore: readonly number[];
}

/**
 * Puts the releases of a product in order. Of two with one version the first is taken.
 *
 * @throws VERSION_RANGE_INVALID where a release was never checked
 */
export function releaseGraph<Known extends PlannableRelease>(
  product: string,
  releases: Iterable<Known>,
): ReleaseGraph<Known> {
  const byVersion = new Map<string, Known>();
  for (const release of releases) {
    const { metadata } = release;
    if (metadata.product === product && !byVersion.has(metadata.version)) byVersion.set(metadata.version, release);
  }
  const ordered = [...byVersion.values()].toSorted((a, b) => compareVersions(a.metadata.version, b.metadata.version));
  const known = ordered.map((release, place) => ({
    release,
    place,
    version: parseVersion(release.metadata.version),
    edges: release.spec.upgradesFrom.map((edge) => ({ edge, range: parseRange(edge.range) })),
  }));
  let required = -1;
  const requiredBefore = known.map(({ release, place }) => {
    const before = required;
    if (release.spec.required) required = place;
    return before;
  });
  return { product, releases: known, requiredBefore };
}

/** A release of the graph by its version. */
export function inGraph<Known extends PlannableRelease>(
  graph: ReleaseGraph<Known>,
  version: string,
): GraphRelease<Known> | undefined {
  return graph.releases.find(({ release }) => release.metadata.version === version);
}
