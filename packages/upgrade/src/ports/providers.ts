import type { SeenWait } from '@sealift/core/upgrade';
import type { Cancel } from './cancel.ts';
import type { PinnedPack } from './content.ts';

/** The Cluster API providers that a release asks for. */
export interface DesiredProviders {
  /** Cluster API itself. */
  readonly core: string;
  /** Its kubeadm bootstrap and control-plane providers. */
  readonly kubeadm: string;
  /** Its vSphere infrastructure provider. */
  readonly vsphere: string;
  /** What they are installed from. */
  readonly components: PinnedPack;
}

/** Which providers were asked for last, and how far they are. */
export interface ProvidersStatus {
  /** Digest of the components that were last applied as a whole; null where nothing is known of it. */
  readonly digest: string | null;
  /** Which provider waits for what, or runs another version than its components say; null when each runs. */
  readonly wait: SeenWait | null;
  /**
   * False while something is left to do that only the running providers make possible, such as storing objects in a version that they convert: with
   * nothing to wait for, they are to be asked for once more.
   */
  readonly complete: boolean;
  /** What a person should know of it, such as flags that were kept. */
  readonly notes: readonly string[];
}

/** What the engine asks of the Cluster API providers, which replace the cluster's machines. */
export interface ProvidersPort {
  status(cancel: Cancel): Promise<ProvidersStatus>;
  /** Only asks for them; goes on where an earlier run was cut. What a person set by hand at their controllers is kept. */
  apply(desired: DesiredProviders, cancel: Cancel): Promise<void>;
}
