import type { Role } from '@sealift/core/api';
import type { Generated, GeneratedAlways, Selectable } from 'kysely';

/** The tables of the store. Columns that hold JSON as text are hashed or compared byte for byte, so no database may re-print them. */
export interface Tables {
  readonly accepted_risk: AcceptedRiskTable;
  readonly access_policy: AccessPolicyTable;
  readonly account: AccountTable;
  readonly api_token: ApiTokenTable;
  readonly audit_checkpoint: AuditCheckpointTable;
  readonly audit_entry: AuditEntryTable;
  readonly audit_head: AuditHeadTable;
  readonly backup: BackupTable;
  readonly backup_schedule: BackupScheduleTable;
  readonly backup_store: BackupStoreTable;
  readonly catalogue_pack: CataloguePackTable;
  readonly catalogue_pack_release: CataloguePackReleaseTable;
  readonly catalogue_release: CatalogueReleaseTable;
  readonly certificate_told: CertificateToldTable;
  readonly confirm_request: ConfirmRequestTable;
  readonly console_lock: ConsoleLockTable;
  readonly evidence_key: EvidenceKeyTable;
  readonly gateway: GatewayTable;
  readonly gateway_invite: GatewayInviteTable;
  readonly gateway_pause: GatewayPauseTable;
  readonly gateway_rollout: GatewayRolloutTable;
  readonly idempotent_request: IdempotentRequestTable;
  readonly journal: JournalTable;
  readonly layer_edit: LayerEditTable;
  readonly lease: LeaseTable;
  readonly mail_server: MailServerTable;
  readonly notification: NotificationTable;
  readonly notification_delivery: NotificationDeliveryTable;
  readonly notification_policy: NotificationPolicyTable;
  readonly notification_subscription: NotificationSubscriptionTable;
  readonly pack_registry: PackRegistryTable;
  readonly password_link: PasswordLinkTable;
  readonly profile: ProfileTable;
  readonly profile_layer: ProfileLayerTable;
  readonly preflight: PreflightTable;
  readonly rehearsal: RehearsalTable;
  readonly registry_content: RegistryContentTable;
  readonly resolution_memory: ResolutionMemoryTable;
  readonly session: SessionTable;
  readonly setup_link: SetupLinkTable;
  readonly single_sign_on: SingleSignOnTable;
  readonly site_settings: SiteSettingsTable;
  readonly sign_in_failure: SignInFailureTable;
  readonly store_version: StoreVersionTable;
  readonly trusted_key: TrustedKeyTable;
  readonly upgrade: UpgradeTable;
  readonly upgrade_evidence: UpgradeEvidenceTable;
  readonly upgrade_layer: UpgradeLayerTable;
}

interface AccessPolicyTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  banner: string | null;
  second_person: boolean;
  changed_by: string | null;
  changed_at: Date | null;
}

interface AccountTable {
  id: string;
  username: string;
  /** Null where its owner signs in elsewhere, or has not chosen one yet. */
  password_hash: string | null;
  role: Role;
  created_at: Date;
  /** Of the password before, which is not taken again. */
  previous_password_hash: Generated<string | null>;
  disabled_at: Generated<Date | null>;
  last_sign_in_at: Generated<Date | null>;
  /** Grows with every change. */
  revision: Generated<number>;
  /** Issuer and subject at the provider of single sign-on, as canonical JSON; null for an account of the console's own. */
  provider_subject: Generated<string | null>;
}
export type AccountRow = Selectable<AccountTable>;

interface SignInFailureTable {
  /** Lower-case, whether or not such an account exists, so that an answer never tells. */
  username: string;
  failures: number;
  last_at: Date;
  locked_until: Date | null;
}

interface SetupLinkTable {
  token_hash: string;
  expires_at: Date;
}

interface PasswordLinkTable {
  token_hash: string;
  account_id: string;
  expires_at: Date;
}

interface SessionTable {
  token_hash: string;
  account_id: string;
  created_at: Date;
  expires_at: Date;
  /** By which it is ended; it opens nothing. */
  id: string;
  address: string;
  agent: string;
  last_used_at: Date;
}

interface ApiTokenTable {
  id: string;
  account_id: string;
  name: string;
  secret_hash: string;
  created_at: Date;
  expires_at: Date;
  /** The token that made it, if one did; it goes when that one is removed. */
  made_by: string | null;
  role: Role;
  last_used_at: Generated<Date | null>;
  last_used_from: Generated<string | null>;
}

interface AuditCheckpointTable {
  /** Number and hash of the last entry that it is about. */
  sequence: number;
  hash: string;
  at: Date;
  key_id: string;
  /** The file. */
  signed: string;
}

interface AuditEntryTable {
  sequence: number;
  at: Date;
  actor: string;
  address: string;
  action: string;
  subject: string;
  /** Canonical JSON. */
  details: string;
  previous_hash: string;
  hash: string;
}
export type AuditEntryRow = Selectable<AuditEntryTable>;

/** One row: where the chain ends, so that a removed tail is seen too. */
interface AuditHeadTable {
  id: number;
  sequence: number;
  hash: string;
}

interface TrustedKeyTable {
  key_id: string;
  fingerprint: string;
  public_key: string;
  added_at: Date;
  revoked_at: Date | null;
}

interface PackRegistryTable {
  name: string;
  base: string;
  embedded: boolean;
  /** `SyncState` as JSON. */
  sync: string;
  /** Grows with every change of the settings. */
  revision: Generated<number>;
  /** Canonical JSON of how it is reached; null for the console's own. */
  document: string | null;
  /** The password, readable only with exactly that document. */
  secret: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

/** What a registry was found to hold at its last sync. */
interface RegistryContentTable {
  registry: string;
  /** `release` or `pack`. */
  kind: string;
  /** The release's product, or the pack's name. */
  name: string;
  version: string;
  /** Of the marker's manifest. */
  digest: string;
}

interface CatalogueReleaseTable {
  product: string;
  version: string;
  /** Digest of the release marker's manifest. */
  digest: string;
  /** The marker's manifest, `release.json` exactly as signed, and its signature: verified again at every use. */
  manifest: string;
  release: string;
  signature: string;
  key_id: string;
  synced_at: Date;
}
export type CatalogueReleaseRow = Selectable<CatalogueReleaseTable>;

interface CataloguePackReleaseTable {
  name: string;
  version: string;
  /** Of the marker's manifest. */
  digest: string;
  /** The marker's manifest, `pack-release.json` exactly as signed, and its signature. */
  manifest: string;
  release: string;
  signature: string;
  key_id: string;
  synced_at: Date;
}

interface CataloguePackTable {
  /** Digest of the pack's manifest, as the release pins it. */
  digest: string;
  name: string;
  version: string;
  layer: string;
  display_name: string;
  /** Digest of the archive layer; the rows below came out of it. */
  archive_digest: string;
  pack_json: string;
  values_yaml: string;
  schema: string | null;
  presets: string | null;
}

interface ProfileTable {
  /** Always 1: there is one enterprise cluster. */
  id: number;
  product: string;
  version: string;
  release_digest: string;
  /** Grows with every change, so that a draft knows whether it is stale. */
  revision: number;
  recorded_by: string;
  /** Of this row and of the layers' rows. */
  format: Generated<number>;
}

interface ProfileLayerTable {
  position: number;
  layer: string;
  pack: string;
  version: string;
  digest: string;
  base_values: string;
  current_values: string;
}
export type ProfileLayerRow = Selectable<ProfileLayerTable>;

/** One row. */
interface StoreVersionTable {
  id: Generated<number>;
  /** The newest version that was started on this database, and since when. */
  version: string;
  since: Date;
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

interface SiteSettingsTable {
  /** Always 1. */
  id: number;
  /** Grows with every change, also when they are forgotten: another console on this database sees by it that they are others. */
  revision: number;
  /** The settings without their secrets as canonical JSON; null where there are none. */
  document: string | null;
  /** The secrets, sealed with the key of that id, bound to the document. */
  secrets: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface SingleSignOnTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  /** The settings without the secret as canonical JSON; null where there are none. */
  document: string | null;
  /** The client's secret, sealed with the key of that id, bound to the document. */
  secret: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

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

interface IdempotentRequestTable {
  account_id: string;
  /** SHA-256 of the `Idempotency-Key`, in hex: the key itself is not stored. */
  key_hash: string;
  /** What was asked for: HMAC-SHA-256 under the key, in hex, so that nobody learns a password from it. */
  fingerprint: string;
  begun_at: Date;
  /** Until then whoever answers it is taken to live. */
  alive_until: Date;
  expires_at: Date;
  /** Null until it was answered. */
  answered_at: Date | null;
  /** Of the answer. */
  status: number | null;
  /** The answer (gzip); null where it has none, or none that is kept. */
  answer: Buffer | null;
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

interface LeaseTable {
  name: string;
  holder: string;
  epoch: number;
  expires_at: Date;
}

interface NotificationPolicyTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  /** Canonical JSON; null where nobody has set anything. */
  document: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface MailServerTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  /** The settings without the password as canonical JSON; null where there is no mail server. */
  document: string | null;
  /** The password, sealed with the key of that id, bound to the document; null where the server wants none. */
  secret: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface NotificationSubscriptionTable {
  id: string;
  name: string;
  /** Grows with every change. */
  revision: number;
  /** What is told, and where to, as canonical JSON. */
  document: string;
  /** What requests are signed with, sealed with the key of that id; null for mail. */
  secret: string | null;
  key_id: string | null;
  changed_by: string;
  changed_at: Date;
}
export type NotificationSubscriptionRow = Selectable<NotificationSubscriptionTable>;

/** That a certificate runs out was told, with so many days left at most. */
interface CertificateToldTable {
  fingerprint: string;
  place: string;
  days: number;
}

/** What is to be told, written in the transaction of what it tells of. */
interface NotificationTable {
  sequence: GeneratedAlways<number>;
  id: string;
  at: Date;
  /** `Notification` as JSON. */
  document: string;
  /** Whether it has a delivery for each who is told of it. */
  handed_out: Generated<boolean>;
}

interface NotificationDeliveryTable {
  id: string;
  notification_id: string;
  subscription_id: string;
  /** The mailbox; null for a webhook. */
  recipient: string | null;
  /** `waiting`, `delivered` or `failed`. */
  state: string;
  attempts: Generated<number>;
  answer: string | null;
  last_at: Date | null;
  /** When it is due; null where it is over. */
  next_at: Date | null;
  give_up_at: Date;
}
export type NotificationDeliveryRow = Selectable<NotificationDeliveryTable>;

interface ConsoleLockTable {
  /** Always 1. Writers share-lock the row, the one who locks the console takes it alone. */
  id: number;
  upgrade_id: string | null;
}

interface BackupTable {
  id: string;
  /** The upgrade that it was made for; null for any other one. */
  upgrade_id: string | null;
  /** The name of its file. */
  reference: string;
  sha256: string;
  size_bytes: number;
  created_at: Date;
  /** Of the file. */
  format: number;
  /** `BackupReason` as JSON; null for those of the first format. */
  reason: string | null;
  /** Of the key that it is sealed with. */
  key_id: string | null;
  /** `BackupProof` as JSON; null where it was never restored anywhere. */
  proof: string | null;
  /** The bucket that it lies in, at its store; null for the folder of the console that made it. */
  place: string | null;
}
export type BackupRow = Selectable<BackupTable>;

interface BackupStoreTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  /** The bucket without its secret key as canonical JSON; null for the folder of the console. */
  document: string | null;
  /** The secret key, sealed with the key of that id, bound to the document. */
  secret: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface BackupScheduleTable {
  /** Always 1. */
  id: number;
  /** Null where none is made by itself. */
  every_hours: number | null;
  /** How many of those that were made by themselves are kept. */
  keep: number;
  /** When the last one that is made by itself was begun. */
  begun_at: Date | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface GatewayTable {
  id: string;
  name: string;
  site: string;
  /** The 32 bytes of an Ed25519 public key, base64url. */
  public_key: string;
  platform: string;
  registered_at: Date;
  /** The number of its last request that changed something: a request with no newer one was sent before. */
  sequence: number;
  version: string;
  seen_at: Date | null;
  /** `GatewayReport` as JSON with a format: the last one. */
  report: string | null;
  /** `<version>#<attempt>` that it was let go to. */
  granted: string | null;
}
export type GatewayRow = Selectable<GatewayTable>;

interface GatewayInviteTable {
  name: string;
  site: string;
  token_hash: string;
  expires_at: Date;
  made_by: string;
}

interface GatewayPauseTable {
  level: string;
  /** Of the site or the gateway; empty for all of them. */
  name: string;
  made_by: string;
  made_at: Date;
  reason: string;
}

interface GatewayRolloutTable {
  /** Always 1. Whoever lets a gateway go locks the row. */
  id: number;
  /** The release that an upgrade has asked gateways to go to before it; null where none has. */
  product: string | null;
  release: string | null;
  /** Grows when a person has a version tried again. */
  attempt: number;
  /** Grows when gateways are to report before their time. */
  revision: number;
}
