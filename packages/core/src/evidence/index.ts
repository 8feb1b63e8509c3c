export { type BundleEvidence, bundleEvidenceSchema, maxEvidenceContents } from './bundle-evidence.ts';
export { decidersOf, type DraftDeed, type LayerDeciders } from './deciders.ts';
export { stepEvidenceOf } from './step-evidence.ts';
export {
  type EvidenceDecision,
  type LayerEvidence,
  longestSource,
  mostDecisions,
  type Observation,
  observationSchema,
  type UpgradeEvidence,
  upgradeEvidenceFormat,
  upgradeEvidenceSchema,
  type VerifiedRelease,
} from './upgrade-evidence.ts';
