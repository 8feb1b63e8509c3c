import type { Generated, GeneratedAlways, Selectable } from 'kysely';

/** Upgrades from their draft to their evidence. */
export interface UpgradesTables {
  readonly accepted_risk: AcceptedRiskTable;
  readonly confirm_request: ConfirmRequestTable;
  readonly evidence_key: EvidenceKeyTable;
  readonly hunked_text: HunkedTextTable;
  readonly journal: JournalTable;
  readonly layer_edit: LayerEditTable;
  readonly preflight: PreflightTable;
  readonly rehearsal: RehearsalTable;
  readonly resolution_memory: ResolutionMemoryTable;
  readonly upgrade: UpgradeTable;
  readonly upgrade_evidence: UpgradeEvidenceTable;
  readonly upgrade_layer: UpgradeLayerTable;
}

interface UpgradeTable {
  id: string;
  product: string;
  from_version: string;
  to_version: string;
  release_digest: string;
  profile_revision: number;
  state: string;
  /** The form of all that is stored of it; null for the first one. */
  format: number | null;
  plan: string;
  /** Checks and layers as they were when it was confirmed. */
  preflight: string | null;
  /** When the site was looked at for it. */
  preflight_at: Date | null;
  layers: string | null;
  /** What a failure does that stops it; null where nothing was chosen. */
  on_failure: string | null;
  /** Whether its control plane stays able to go back until a person finalises it. */
  reversible: Generated<boolean>;
  /** Who has said that it need not go back any more. */
  finalised_by: Generated<string | null>;
  /** Canonical JSON of what was approved; its SHA-256 is `hash`. */
  frozen: string | null;
  hash: string | null;
  created_at: Date;
  confirmed_by: string | null;
  confirmed_at: Date | null;
  finished_at: Date | null;
}
export type UpgradeRow = Selectable<UpgradeTable>;

interface UpgradeLayerTable {
  upgrade_id: string;
  /** Its hop's place in the plan, from 0. */
  hop: Generated<number>;
  position: number;
  layer_id: string;
  layer: string;
  pack: string;
  display_name: string;
  from_version: string | null;
  to_version: string | null;
  to_digest: string | null;
  base: string;
  current: string;
  incoming: string;
  migrations: string;
  resolutions: string;
  pasted: string | null;
  /** `presets.yaml` of the old and of the new pack; null where there is none, or the site has none switched on. */
  base_presets: string | null;
  incoming_presets: string | null;
  /** `schema.yaml` and `values.schema.json` of the new pack. */
  schema_notation: string | null;
  json_schema: string | null;
}
export type UpgradeLayerRow = Selectable<UpgradeLayerTable>;

interface LayerEditTable {
  upgrade_id: string;
  hop: number;
  layer_id: string;
  /** From 1, without a gap at the end; the oldest go. */
  number: number;
  /** `LayerEdit` as JSON. */
  edit: string;
}

interface HunkedTextTable {
  upgrade_id: string;
  hop: number;
  layer_id: string;
  /** The path as canonical JSON. */
  path_key: string;
  revision: number;
  /** `HunkedText` without its layer and revision, as JSON with a format. */
  settled: string;
}

interface PreflightTable {
  upgrade_id: string;
  at: Date;
  /** The checks of the site as JSON with a format. */
  report: string;
}

interface RehearsalTable {
  upgrade_id: string;
  /** Of the process that does it, or did. */
  run: string;
  /** When that process last said that it is at it. */
  seen_at: Date;
  /** `UpgradeRehearsal` as JSON with a format. */
  report: string;
}

interface AcceptedRiskTable {
  upgrade_id: string;
  check_name: string;
  /** `AcceptedRisk` as JSON with a format. */
  risk: string;
}

interface ResolutionMemoryTable {
  layer_id: string;
  /** The path as canonical JSON. */
  path_key: string;
  /** `RememberedResolution` as JSON: the latest for this path. */
  remembered: string;
}

/** Who has asked for an upgrade that another person is to approve. */
interface ConfirmRequestTable {
  upgrade_id: string;
  /** Of what was asked for: another draft needs another request. */
  hash: string;
  account_id: string;
  asked_by: string;
  asked_at: Date;
}

interface JournalTable {
  id: GeneratedAlways<number>;
  upgrade_id: string;
  step_id: string;
  phase: string;
  epoch: number;
  at: Generated<Date>;
  data: string;
  /** The version of Sealift that wrote it; null where that could not say so yet. */
  version: string | null;
}
export type JournalRow = Selectable<JournalTable>;

interface EvidenceKeyTable {
  key_id: string;
  fingerprint: string;
  /** A minisign public key file's text. */
  public_key: string;
  /** The secret key file's text, sealed with the key of stored secrets of that id; null once it signs nothing any more. */
  sealed: string | null;
  sealed_with: string | null;
  made_at: Date;
  retired_at: Date | null;
}
export type EvidenceKeyRow = Selectable<EvidenceKeyTable>;

interface UpgradeEvidenceTable {
  upgrade_id: string;
  /** What the platform ran when it was confirmed, as JSON with a format; null where nobody looked. */
  before: string | null;
  /** The file as it was signed; null until the upgrade has ended. */
  signed: string | null;
}
