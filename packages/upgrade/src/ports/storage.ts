import type { Cancel } from './cancel.ts';

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
