import { comparePrecedence, parseVersion } from '../version/version.ts';
import type { Release } from '../release/release.ts';
import { nodeDifferences } from './match-nodes.ts';
import type { SiteSurvey } from './survey.ts';

/**
 * Releases by how little what is known without reading their packs speaks against them: the layers that are recorded, the nodes, Kubernetes.
 * Of equal ones the newer is first.
 */
export function rankReleases<Known extends { readonly release: Release }>(
  releases: readonly Known[],
  survey: SiteSurvey,
): readonly Known[] {
  const against = new Map(releases.map((known) => [known, speaksAgainst(known.release, survey)]));
  return releases.toSorted(
    (a, b) =>
      (against.get(a) ?? 0) - (against.get(b) ?? 0) ||
      comparePrecedence(parseVersion(b.release.metadata.version), parseVersion(a.release.metadata.version)),
  );
}

function speaksAgainst(release: Release, survey: SiteSurvey): number {
  const pinned = new Map(release.spec.layers.map((one) => [`${one.layer}/${one.pack}`, one]));
  const others = survey.layers.filter(({ layer, pack, version, digest }) => {
    const here = pinned.get(`${layer}/${pack}`);
    return here?.version !== version || here.digest !== digest;
  });
  return others.length + nodeDifferences(release, survey).length;
}
