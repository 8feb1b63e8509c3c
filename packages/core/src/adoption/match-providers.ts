import type { Release } from '../release/release.ts';
import type { SiteDifference } from './difference.ts';
import { type InstalledProvider, providerNames } from './survey.ts';

/** A Cluster API provider beside what a release asks for. */
export interface MatchedProvider {
  readonly name: InstalledProvider['name'];
  /** Null where the release leaves them as they are. */
  readonly expected: string | null;
  readonly found: string | null;
}

/** Every provider that is asked for or found. */
export function matchProviders({ spec }: Release, found: readonly InstalledProvider[]): readonly MatchedProvider[] {
  const { clusterApi } = spec;
  const asked = {
    core: clusterApi?.core,
    bootstrap: clusterApi?.kubeadm,
    'control-plane': clusterApi?.kubeadm,
    vsphere: clusterApi?.vsphere,
  };
  return providerNames
    .map((name): MatchedProvider => {
      const versions = [...new Set(found.filter((one) => one.name === name).map(({ version }) => version))];
      return { name, expected: asked[name] ?? null, found: versions.length === 0 ? null : versions.join(', ') };
    })
    .filter(({ expected, found: version }) => expected !== null || version !== null);
}

/** Where the providers are not those that a release asks for. */
export function providerDifferences(providers: readonly MatchedProvider[]): readonly SiteDifference[] {
  return providers.flatMap(({ name, expected, found }): SiteDifference[] => {
    if (expected === null || expected === found) return [];
    const remedy = 'Bring it to this version with clusterctl, or adopt another release.';
    return [{ what: 'provider', expected, found: found ?? 'none', object: `Cluster API provider ${name}`, remedy }];
  });
}
