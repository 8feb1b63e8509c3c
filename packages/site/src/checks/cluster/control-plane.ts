import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import type { Condition } from '@sealift/kubernetes/conditions';
import { block, type Finding, pass } from '@sealift/upgrade/preflight/check';

const wanted = [
  { type: 'EtcdClusterHealthy', what: 'etcd' },
  { type: 'ControlPlaneComponentsHealthy', what: 'components' },
] as const;

/**
 * Whether etcd has all its members and the control plane its components, as their controller says of the present state: conditions of a
 * generation that it has not seen yet count for nothing.
 */
export function controlPlaneHealthy({
  controlPlane,
  machines,
}: Pick<ClusterState, 'controlPlane' | 'machines'>): Finding {
  const { name, observed, conditions, replicas } = controlPlane;
  const remedy = `See the conditions of KubeadmControlPlane ${name} and of its Machines.`;
  if (!observed) {
    const detail = `KubeadmControlPlane ${name} was changed, and its controller has not taken that up`;
    return block(detail, 'Look at the log of the kubeadm control-plane provider: it may not find what was asked for.');
  }
  for (const { type, what } of wanted) {
    const condition = conditions.get(type);
    if (condition?.status === 'True') continue;
    if (condition === undefined) return { outcome: 'unknown', detail: `Nobody says how ${what} of ${name} is`, remedy };
    const finding = block(`${what} of ${name}: ${said(condition)}`, remedy);
    return condition.status === 'Unknown' ? { ...finding, outcome: 'unknown' } : finding;
  }
  const there = machines.filter(({ isControlPlane }) => isControlPlane).length;
  if (there !== replicas)
    return block(`${name} wants ${replicas} machines and has ${there}`, 'Wait until it has them.');
  return pass(`${there} machines, each a healthy etcd member`);
}

function said({ status, message, reason, since }: Condition): string {
  const [line = ''] = message.split('\n');
  const words = line === '' ? reason : line;
  return `${status === 'Unknown' ? 'not known' : 'not healthy'}${since === null ? '' : ` since ${since}`}: ${words}`.slice(
    0,
    400,
  );
}
