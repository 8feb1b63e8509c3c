export { differenceText, type SiteDifference, siteDifferenceSchema } from './difference.ts';
export { type LayerEvidence, valuesSources } from './match-layer.ts';
export { expectedTemplate } from './match-nodes.ts';
export { type MatchedRelease, matchRelease } from './match-release.ts';
export { rankReleases } from './rank-releases.ts';
export { siteValues } from './site-values.ts';
export {
  type ExaminedLayer,
  type InstalledChart,
  type InstalledProvider,
  type OtherObject,
  providerNames,
  type RecordedLayer,
  type SiteSurvey,
  siteSurveySchema,
  type WantedChart,
} from './survey.ts';
