import type { Release } from '../release/release.ts';
import type { SiteDifference } from './difference.ts';
import { type LayerEvidence, type MatchedLayer, matchLayer } from './match-layer.ts';
import { nodeDifferences, templateDifferences, type TemplateThere } from './match-nodes.ts';
import { type MatchedProvider, matchProviders, providerDifferences } from './match-providers.ts';
import type { SiteSurvey } from './survey.ts';

/** A release beside a site. */
export interface MatchedRelease {
  /** In the order of the release. */
  readonly layers: readonly (MatchedLayer & { readonly evidence: LayerEvidence })[];
  readonly providers: readonly MatchedProvider[];
  /** All of them; none where the site runs the release. */
  readonly differences: readonly SiteDifference[];
}

/**
 * Compares a site with a release, part by part.
 *
 * @param template that of the release's nodes in vCenter; null where it is not there
 */
export function matchRelease(
  release: Release,
  survey: SiteSurvey,
  {
    layers: evidence,
    template,
  }: { readonly layers: readonly LayerEvidence[]; readonly template: TemplateThere | null },
): MatchedRelease {
  const layers = evidence.map((one) => ({ ...matchLayer(one, survey.charts), evidence: one }));
  const providers = matchProviders(release, survey.providers);
  return {
    layers,
    providers,
    differences: [
      ...nodeDifferences(release, survey),
      ...templateDifferences(release, template),
      ...layers.flatMap(({ differences }) => differences),
      ...strangers(release, survey),
      ...providerDifferences(providers),
    ],
  };
}

/** Layers that Sealift applied and the release does not have. */
function strangers({ spec, metadata }: Release, survey: SiteSurvey): readonly SiteDifference[] {
  const known = new Set(spec.layers.map(({ layer, pack }) => `${layer}/${pack}`));
  return survey.layers
    .filter(({ layer, pack }) => !known.has(`${layer}/${pack}`))
    .map(({ layer, pack, version, object }): SiteDifference => {
      const expected = `no such layer in ${metadata.product} ${metadata.version}`;
      const found = `${pack} ${version}, as ${object} says`;
      const remedy = 'Adopt the release that has this layer.';
      return { what: 'layer', expected, found, object: `layer ${layer}/${pack}`, remedy };
    });
}
