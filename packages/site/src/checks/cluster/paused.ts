import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import { block, type Finding, pass } from '@sealift/upgrade/preflight/check';

/** Whether Cluster API acts on the cluster at all: of what is paused no machine is replaced. */
export function nothingPaused({
  cluster,
  controlPlane,
  deployments,
}: Pick<ClusterState, 'cluster' | 'controlPlane' | 'deployments'>): Finding {
  const paused = [
    ...(cluster.paused ? [`Cluster ${cluster.name}`] : []),
    ...[controlPlane, ...deployments].filter((one) => one.paused).map(({ kind, name }) => `${kind} ${name}`),
  ];
  if (paused.length === 0) return pass('Neither the cluster nor what rolls its machines');
  const remedy =
    'Whoever paused it (a backup, a move, maintenance) has to finish; then set spec.paused to false, or take away the annotation cluster.x-k8s.io/paused.';
  return block(`Paused: ${paused.slice(0, 10).join(', ')}`, remedy);
}
