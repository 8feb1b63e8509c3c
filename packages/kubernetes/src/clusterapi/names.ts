/** Labels and annotations of Cluster API (its book, "Labels and annotations"). */
export const clusterNameLabel = 'cluster.x-k8s.io/cluster-name';
export const controlPlaneLabel = 'cluster.x-k8s.io/control-plane';
/** On a MachineDeployment of a topology: its pool. */
export const poolLabel = 'topology.cluster.x-k8s.io/deployment-name';
export const pausedAnnotation = 'cluster.x-k8s.io/paused';
export const certificatesAnnotation = 'machine.cluster.x-k8s.io/certificates-expiry';
export const clonedFromName = 'cluster.x-k8s.io/cloned-from-name';
/** A machine that is deleted is not drained while an annotation of this name and any suffix is there. */
export const preDrainHook = 'pre-drain.delete.hook.machine.cluster.x-k8s.io';
/** Nor is the VM of a drained machine deleted while one of this name is there. */
export const preTerminateHook = 'pre-terminate.delete.hook.machine.cluster.x-k8s.io';
/** What a KubeadmControlPlane sets to remove the etcd member; it acts after everybody else's. */
export const etcdHook = `${preTerminateHook}/kcp-cleanup`;
/** Between these the cluster autoscaler keeps a MachineDeployment; both equal is allowed and leaves it nothing to do. */
export const autoscalerBounds = [
  'cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size',
  'cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size',
] as const;

/** API groups of Cluster API. */
export const groups = {
  core: 'cluster.x-k8s.io',
  controlPlane: 'controlplane.cluster.x-k8s.io',
  infrastructure: 'infrastructure.cluster.x-k8s.io',
  addresses: 'ipam.cluster.x-k8s.io',
} as const;
