import type { Cancel } from './cancel.ts';
import type { DesiredLayer } from './cluster.ts';

/** A custom kind whose objects are stored, or have field managers, in a version that is not served any more or will not be. */
export interface StaleVersions {
  /** Of its definition: `tugs.harbor.example.com`. */
  readonly definition: string;
  /** The versions that go: `v1alpha1`. */
  readonly versions: readonly string[];
  /** How many objects it has; null where they can't be listed. */
  readonly objects: number | null;
  /** What its objects are rewritten to; null where no version is served both now and later. */
  readonly target: string | null;
  /** Why its objects can't be listed. */
  readonly trouble: { readonly reason: string; readonly remedy: string } | null;
}

/** What the engine asks of the API versions in which the cluster's objects are stored. */
export interface StoredVersionsPort {
  /** Of the kinds that layers bring or have objects of. @param coming layers that will be applied */
  stale(coming: readonly DesiredLayer[], cancel: Cancel): Promise<readonly StaleVersions[]>;
  /** Rewrites their objects one by one, each proved by a dry run; goes on where an earlier run was cut. */
  rewrite(coming: readonly DesiredLayer[], cancel: Cancel): Promise<void>;
}
