import { waitUntil } from '../wait-until.ts';
import type { KubeApi, KubeObject } from './kube-api.ts';

interface Replicas {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly upToDateReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly message?: string;
  }[];
}

interface Replicated extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly version?: string;
    readonly template?: { readonly spec?: { readonly version?: string } };
  };
  readonly status?: Replicas;
}

interface Machine extends KubeObject {
  readonly spec: { readonly version?: string };
}

/** Where a cluster's objects are read. */
export interface ClusterAt {
  readonly management: KubeApi;
  readonly namespace: string;
  readonly clusterName: string;
}

export function controlPlanePath({ namespace, clusterName }: Omit<ClusterAt, 'management'>): string {
  return `/apis/controlplane.cluster.x-k8s.io/v1beta2/namespaces/${namespace}/kubeadmcontrolplanes/${clusterName}-control-plane`;
}

export function workersPath({ namespace, clusterName }: Omit<ClusterAt, 'management'>): string {
  return `/apis/cluster.x-k8s.io/v1beta2/namespaces/${namespace}/machinedeployments/${clusterName}-workers`;
}

/** Waits until every control-plane machine has its version and is available. @throws Error with what its controller says */
export function untilControlPlaneSettled(at: ClusterAt, timeoutMs?: number): Promise<void> {
  return untilSettled(at, controlPlanePath(at), 'cluster.x-k8s.io/control-plane', timeoutMs);
}

/** Waits until every worker has its version and is available. @throws Error with what its controller says */
export function untilWorkersSettled(at: ClusterAt, timeoutMs?: number): Promise<void> {
  const selector = `cluster.x-k8s.io/deployment-name=${at.clusterName}-workers`;
  return untilSettled(at, workersPath(at), selector, timeoutMs);
}

async function untilSettled(at: ClusterAt, path: string, selector: string, timeoutMs = 600_000): Promise<void> {
  const { management, namespace, clusterName } = at;
  const labels = encodeURIComponent(`cluster.x-k8s.io/cluster-name=${clusterName},${selector}`);
  const machines = `/apis/cluster.x-k8s.io/v1beta2/namespaces/${namespace}/machines?labelSelector=${labels}`;
  let last: Replicated | undefined;
  try {
    await waitUntil(
      `${path} to settle`,
      async () => {
        last = await management.get<Replicated>(path);
        return isSettled(last, await management.list<Machine>(machines));
      },
      timeoutMs,
    );
  } catch (error) {
    const words =
      last?.status?.conditions?.map(({ type, status, message = '' }) => `${type} ${status} ${message}`) ?? [];
    throw new Error([`${path} did not settle`, ...words].join('\n'), { cause: error });
  }
}

/**
 * The counts alone do not tell: a MachineDeployment says for a moment that it has observed its new generation and that all are up to
 * date, while its machines are the old ones.
 */
function isSettled(object: Replicated | undefined, machines: readonly Machine[]): boolean {
  const { status, spec, metadata } = object ?? {};
  const wanted = spec?.replicas;
  const version = spec?.version ?? spec?.template?.spec?.version;
  const holds = (type: string, is: string): boolean =>
    status?.conditions?.some((one) => one.type === type && one.status === is) === true;
  return (
    status !== undefined &&
    (status.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    [status.replicas, status.readyReplicas, status.availableReplicas, status.upToDateReplicas].every(
      (count) => (count ?? 0) === wanted,
    ) &&
    machines.length === wanted &&
    machines.every((machine) => machine.spec.version === version) &&
    holds('Available', 'True') &&
    holds('RollingOut', 'False')
  );
}
