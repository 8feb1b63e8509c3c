import type { KubeApi, KubeObject } from '../kube-api.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
}

export interface Node extends KubeObject {
  readonly spec?: { readonly providerID?: string };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
}

const capacity = { cpu: '8', memory: '16Gi', pods: '110', 'ephemeral-storage': '60Gi' };
const controlPlaneRole = 'node-role.kubernetes.io/control-plane';

export interface NodeDescription {
  readonly name: string;
  readonly kubeletVersion: string;
  readonly controlPlane: boolean;
  /** None for a Node behind which there is no machine. */
  readonly providerID?: string;
  /** Where kwok answers in the kubelet's place. */
  readonly kubeletPort: number;
}

/** Registers a Node as its kubelet does, once; true when it is ready. */
export async function ensureNode(workload: KubeApi, description: NodeDescription): Promise<boolean> {
  const found = await workload.get<Node>(`/api/v1/nodes/${description.name}`);
  if (found === undefined) {
    await workload.create('/api/v1/nodes', nodeOf(description));
    return false;
  }
  return isReady(found);
}

export function isReady(object: { readonly status?: Node['status'] | undefined }): boolean {
  return object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

function nodeOf({ name, kubeletVersion, controlPlane, providerID, kubeletPort }: NodeDescription): unknown {
  return {
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        ...(controlPlane ? { [controlPlaneRole]: '' } : {}),
      },
    },
    spec: {
      ...(providerID === undefined ? {} : { providerID }),
      ...(controlPlane ? { taints: [{ key: controlPlaneRole, effect: 'NoSchedule' }] } : {}),
    },
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      nodeInfo: {
        kubeletVersion,
        kubeProxyVersion: '',
        containerRuntimeVersion: 'containerd://2.1.0',
        operatingSystem: 'linux',
        architecture: 'amd64',
        osImage: 'Ubuntu 22.04 LTS',
        // kwok reads its templates as YAML: a version that looks like a number would become one.
        kernelVersion: '5.15.0-generic',
        bootID: '',
        machineID: '',
        systemUUID: '',
      },
    },
  };
}
