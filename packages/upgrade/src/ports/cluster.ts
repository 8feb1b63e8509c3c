import type { ClusterNode } from '@sealift/core/cluster';
import type { LayerName } from '@sealift/core/pack';
import type { SeenWait } from '@sealift/core/upgrade';
import type { Cancel } from './cancel.ts';

/** Nodes that are rolled together: Cluster API's KubeadmControlPlane, or its MachineDeployments. */
export type NodeGroup = 'control-plane' | 'workers';

/** What a group of nodes shall run. */
export interface DesiredNodes {
  readonly version: string;
  readonly template: string;
}

/** Values of a layer, which may say how kubeadm sets up nodes. */
export interface LayerValues extends LayerPlace {
  readonly values: string;
}

/**
 * How nodes stand to what values ask of kubeadm.
 * - `asked`: their owners have it, or nothing is asked.
 * - `other`: it was not asked for yet.
 * - `changed since`: it was asked for, and somebody has changed it.
 * - `not written`: it can't be asked for here.
 */
export type SetupStatus = 'asked' | 'other' | 'changed since' | 'not written';

/** How far a control plane is on a way that can be gone back. */
export interface ControlPlaneStage {
  /** The minor that it serves, such as `1.36`; null for its own. */
  readonly emulates: string | null;
  /** Whether etcd stays at the version that runs, or is of the one that the nodes bring where the site does not say otherwise. */
  readonly pinsEtcd: boolean;
}

/** Something about a control plane that keeps it from emulating the minor that it leaves, or may. */
export interface EmulationObstacle {
  readonly what: string;
  readonly remedy: string;
  /** Whether it may be no obstacle after all, which a rehearsal tells. */
  readonly maybe: boolean;
}

/** Desired and observed state of a rollout of nodes. */
export interface RolloutStatus {
  readonly desired: DesiredNodes;
  /** Of the setup that was asked about; missing where none was. */
  readonly setup?: SetupStatus | undefined;
  /** Of the stage that was asked about; missing where none was. */
  readonly stage?: Exclude<SetupStatus, 'not written'> | undefined;
  /** Replicas that match `desired` and are ready, of `total`. */
  readonly updated: number;
  readonly total: number;
  /** Which machine waits for what; null once every machine is as desired and none is on its way. */
  readonly wait: SeenWait | null;
  /** What comes next is up to the one who asked: in words, what `setRollout` with the same nodes would do now. */
  readonly due?: string | undefined;
  readonly held?: HeldNodes | undefined;
}

/** What is held back for the time of a rollout. */
export interface HeldNodes {
  /** How many things `endRollout` would let go. */
  readonly letGo: number;
  /** Machines that it would not, or not wholly: they would go for others that are not as wanted, or with a volume that is on their VM. */
  readonly kept: readonly string[];
}

/** A layer by its place in the profile. */
export interface LayerPlace {
  readonly layer: LayerName;
  readonly pack: string;
}

export interface LayerStatus extends LayerPlace {
  readonly version: string;
  readonly digest: string;
  /** SHA-256 (hex) of the values last applied. */
  readonly valuesHash: string;
  /** What it waits for; null when it is healthy. */
  readonly wait: SeenWait | null;
  /** What this process is doing to it now, as it was asked to; how that ended is told by asking for the same again. */
  readonly underway?: LayerWork | undefined;
}

/** Work on a layer that takes its time; of a removal the content says nothing. */
export interface LayerWork {
  readonly doing: 'apply' | 'remove';
  readonly version: string;
  readonly digest: string;
  readonly valuesHash: string;
}

/** A layer as the cluster is asked to run it. */
export interface DesiredLayer extends LayerPlace {
  readonly version: string;
  readonly digest: string;
  readonly values: string;
  /** SHA-256 (hex) of `values`. */
  readonly valuesHash: string;
  /** Values of every layer of the profile by its pack's name, as macros may refer to them. */
  readonly profile: ReadonlyMap<string, string>;
  /** Digest of the marker of the release that the pack is of. */
  readonly release: string;
  /**
   * Set where it ran like this before and is gone back to: the digest of the marker of the release that is gone back from. What is gone back to may
   * well be less than what runs now, and is applied with that release's programs, as its own may have brought none.
   */
  readonly backFrom?: string | undefined;
}

/** What the engine asks of the enterprise cluster. Setters only change desired state and return; the observing calls tell how far it is. */
export interface ClusterPort {
  nodes(cancel: Cancel): Promise<readonly ClusterNode[]>;
  /**
   * @param setup values that say how kubeadm shall set up the nodes; without it that is left as it is
   * @param stage of the control plane; without it that is left as it is
   */
  rollout(
    group: NodeGroup,
    cancel: Cancel,
    setup?: readonly LayerValues[],
    stage?: ControlPlaneStage,
  ): Promise<RolloutStatus>;
  /**
   * Asks for nodes and, in one with them, for their setup and stage.
   *
   * @throws KUBERNETES_DOWNGRADE for an older version, but for the minor that the control plane serves
   */
  setRollout(
    group: NodeGroup,
    desired: DesiredNodes,
    cancel: Cancel,
    setup?: readonly LayerValues[],
    stage?: ControlPlaneStage,
  ): Promise<void>;
  /** What stands in the way of a control plane that goes to the next minor and can come back, and what has to be looked at before. */
  obstaclesToEmulation(cancel: Cancel): Promise<readonly EmulationObstacle[]>;
  /** Lets go of what is held for a rollout that ends before it is done; what was asked for stays. Missing where nothing is ever held. */
  endRollout?(group: NodeGroup, cancel: Cancel): Promise<void>;
  /** @param only of this layer alone, which costs no look at the others */
  layers(cancel: Cancel, only?: LayerPlace): Promise<readonly LayerStatus[]>;
  /**
   * Refuses what can be refused, begins, and returns; asked again it joins what is under way, or throws why that failed.
   *
   * @param cancel ends it also after the call has returned
   */
  applyLayer(layer: DesiredLayer, cancel: Cancel): Promise<void>;
  /** Likewise. */
  removeLayer(layer: LayerPlace, cancel: Cancel): Promise<void>;
  /** Resolves once no work on layers is still ending whose `cancel` has ended it. Missing where none goes on after its call. */
  workEnded?(): Promise<void>;
}
