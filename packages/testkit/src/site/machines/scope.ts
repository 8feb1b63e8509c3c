import type { KubeApi } from '../kube-api.ts';
import type { VirtualMachines } from './virtual-machines.ts';
import type { WorkloadCluster } from './workload-cluster.ts';

/** What a provider works on. */
export interface ProviderScope {
  readonly management: KubeApi;
  readonly workload: WorkloadCluster;
  readonly virtualMachines: VirtualMachines;
  /** Of the Cluster API objects. */
  readonly namespace: string;
  /** Inventory path of the folder that a machine goes into whose template names none. */
  readonly folder: string;
  readonly controls: Controls;
}

/** What a test turns. */
export interface Controls {
  /** No machine is cloned while it is true. */
  creationPaused: boolean;
}
