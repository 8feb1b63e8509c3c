export { type BundleEvidence, bundleEvidenceSchema, maxEvidenceContents } from './bundle-evidence.ts';
export { type Decider, decidersOf, type DraftDeed, type LayerDeciders } from './deciders.ts';
export { type StepEvidence, stepEvidenceOf } from './step-evidence.ts';
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
