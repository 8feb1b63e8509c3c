import type { Readable } from 'node:stream';
import type { ClusterNode, UpgradeState } from '@sealift/core/api';
import type { LayerName } from '@sealift/core/pack';
import type { FrozenUpgrade } from '@sealift/core/plan';

/** Ends a wait: the deadline, a pause, the loss of the lease or the process going down. */
export type Cancel = AbortSignal;

/** A VM template in vCenter, or a VM deployed by hand to become one, found by name in the template folder. */
export interface Template {
  readonly name: string;
  /** SHA-256 (hex) of the OVA it was made from, where the template's annotation tells. */
  readonly sha256: string | null;
  readonly kubernetes: string | null;
  readonly poweredOn: boolean;
  /** Whether it is marked as a template and has the snapshot that linked clones need; one deployed by hand has neither. */
  readonly marked: boolean;
}

/** Opens an OVA at an offset in bytes; at 0, the default, its digest is checked at its end. */
export type OpenOva = (start?: number) => Promise<Readable>;

/** What the engine asks of vCenter. */
export interface VCenterPort {
  findTemplate(name: string, cancel: Cancel): Promise<Template | null>;
  /** Streams the OVA once and leaves a marked template of that name. A cut import leaves nothing that `findTemplate` returns. */
  importTemplate(
    request: { name: string; sha256: string; kubernetes: string; sizeBytes: number; ova: OpenOva },
    cancel: Cancel,
  ): Promise<void>;
  /** Makes a template of the powered-off VM of that name, which was deployed by hand; may be run again. */
  markTemplate(name: string, cancel: Cancel): Promise<void>;
}

/** Under which id the cluster's volumes are known to vCenter (CNS cluster-id), and whether another cluster uses it too. */
export interface StorageIdentity {
  readonly clusterId: string;
  readonly unique: boolean;
  /** In words: with whom it is shared, or what was compared. */
  readonly message: string;
}

/** What the engine asks of the cluster's storage. */
export interface StoragePort {
  identity(cancel: Cancel): Promise<StorageIdentity>;
  /** Gives the cluster an id of its own, in the cluster and at its volumes; goes on where an earlier run was cut. */
  repairIdentity(cancel: Cancel): Promise<void>;
}

/** Desired and observed state of a rollout of nodes (Cluster API: spec and status of a KubeadmControlPlane or MachineDeployment). */
export interface RolloutStatus {
  readonly desired: { readonly version: string; readonly template: string };
  /** Replicas that match `desired` and are ready, of `total`. */
  readonly updated: number;
  readonly total: number;
  readonly settled: boolean;
  /** In words: which machine waits for what. */
  readonly message: string;
}

export interface LayerStatus {
  readonly layer: LayerName;
  readonly pack: string;
  readonly version: string;
  readonly digest: string;
  /** SHA-256 (hex) of the values last applied. */
  readonly valuesHash: string;
  readonly healthy: boolean;
  readonly message: string;
}

/** What the engine asks of the enterprise cluster. Setters only change desired state and return; the observing calls tell how far it is. */
export interface ClusterPort {
  nodes(cancel: Cancel): Promise<readonly ClusterNode[]>;
  rollout(group: 'control-plane' | 'workers', cancel: Cancel): Promise<RolloutStatus>;
  setRollout(
    group: 'control-plane' | 'workers',
    desired: { version: string; template: string },
    cancel: Cancel,
  ): Promise<void>;
  layers(cancel: Cancel): Promise<readonly LayerStatus[]>;
  applyLayer(
    layer: { layer: LayerName; pack: string; version: string; digest: string; values: string; valuesHash: string },
    cancel: Cancel,
  ): Promise<void>;
  removeLayer(layer: { layer: LayerName; pack: string }, cancel: Cancel): Promise<void>;
}

/** Backup of configuration, database and cluster objects. */
export interface BackupPort {
  /** Makes the upgrade's backup, or finds the one already made; reads it back before returning. */
  make(upgradeId: string, cancel: Cancel): Promise<{ reference: string; sha256: string; sizeBytes: number }>;
  find(upgradeId: string, cancel: Cancel): Promise<{ reference: string; sha256: string; sizeBytes: number } | null>;
}

/** The console's own state, changed by the first and last steps. */
export interface ConsolePort {
  lockedBy(): Promise<string | null>;
  lock(upgradeId: string): Promise<void>;
  unlock(upgradeId: string): Promise<void>;
  /** Makes the hop's release the installed one: the profile's layers get the frozen texts and the new defaults as their base. Idempotent. */
  recordInstalled(upgradeId: string, version: string): Promise<void>;
  installedVersion(): Promise<string | null>;
}

/** Where the plan's blobs come from (the registry), checked by digest while streaming. */
export interface ContentPort {
  openOva(digestOfArtifact: string): Promise<{ sizeBytes: number; open: OpenOva }>;
}

/** Everything outside that a step can act on. */
export interface Ports {
  readonly vcenter: VCenterPort;
  readonly storage: StoragePort;
  readonly cluster: ClusterPort;
  readonly backup: BackupPort;
  readonly console: ConsolePort;
  readonly content: ContentPort;
}

/** One line of the journal. Written before an effect (`intent`) and after it (`evidence`). */
export interface JournalEntry {
  readonly upgradeId: string;
  readonly stepId: string;
  readonly phase: 'intent' | 'progress' | 'evidence' | 'failure' | 'state';
  readonly epoch: number;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The durable record. Every write carries the lease's epoch; the store refuses one older than the lease row's (`LEASE_LOST`). */
export interface JournalPort {
  read(upgradeId: string): Promise<readonly JournalEntry[]>;
  append(entry: Omit<JournalEntry, 'at'>): Promise<void>;
  /** Changes the upgrade's state together with its journal line, in one transaction. */
  setState(
    upgradeId: string,
    state: UpgradeState,
    epoch: number,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  frozen(
    upgradeId: string,
  ): Promise<{ readonly upgrade: FrozenUpgrade; readonly hash: string; readonly state: UpgradeState } | null>;
  /** The state alone, asked at every safe point; without it the engine reads `frozen`. */
  state?(upgradeId: string): Promise<UpgradeState | null>;
  /** Upgrades in a state that an engine must take up: running, aborting, rolling back. */
  unfinished(): Promise<readonly string[]>;
}

/** One writer at a time: a row with a holder, an expiry and an epoch that grows with every take-over (fencing token). */
export interface LeasePort {
  /** Takes the lease, or returns null while another holder's has not expired. */
  acquire(holder: string, ttlMs: number): Promise<{ epoch: number } | null>;
  /** @returns false when the lease was lost. */
  renew(holder: string, epoch: number, ttlMs: number): Promise<boolean>;
  release(holder: string, epoch: number): Promise<void>;
}
