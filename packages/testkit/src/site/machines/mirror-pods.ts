import type { KubeApi } from '../kube-api.ts';

/** What kubeadm runs as static pods on a control-plane machine. */
export const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
export type Component = (typeof components)[number];

const pods = '/api/v1/namespaces/kube-system/pods';
const portForwards = '/apis/kwok.x-k8s.io/v1alpha1/namespaces/kube-system/portforwards';

/** On a machine of its own each of them has the usual port. */
const podPorts = { etcd: 2379, 'kube-apiserver': 6443 } as const;
type Reached = keyof typeof podPorts;
const reached = ['etcd', 'kube-apiserver'] as const satisfies readonly Reached[];

/**
 * Makes the mirror pods of a machine's static pods, and the ways through the kubelet's port-forward that the control plane's controller
 * takes: to its etcd, and to its API server, whose certificate is read there. The Node has to be ready: kwok overlooks pods that come before it has taken the node.
 */
export async function makeMirrorPods(
  workload: KubeApi,
  {
    node,
    version,
    etcdTag,
    ports,
  }: {
    readonly node: string;
    readonly version: string;
    readonly etcdTag: string;
    readonly ports: Readonly<Record<Reached, number>>;
  },
): Promise<void> {
  for (const component of reached) {
    const target = { address: '127.0.0.1', port: ports[component] };
    await workload.create(portForwards, {
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'PortForward',
      metadata: { name: `${component}-${node}` },
      spec: { forwards: [{ ports: [podPorts[component]], target }] },
    });
  }
  for (const component of components) {
    await workload.create(pods, mirrorPod(component, node, component === 'etcd' ? etcdTag : version));
  }
}

/** Removes them, as they go when the machine goes. */
export async function removeMirrorPods(workload: KubeApi, node: string): Promise<void> {
  for (const component of components) await workload.delete(`${pods}/${component}-${node}`, { gracePeriodSeconds: 0 });
  for (const component of reached) await workload.delete(`${portForwards}/${component}-${node}`);
}

/** Reports whether a component's container runs and serves, as the kubelet reports it; false where there is no such pod. */
export async function reportComponent(
  workload: KubeApi,
  component: Component,
  node: string,
  serves: boolean,
): Promise<boolean> {
  const status = serves ? 'True' : 'False';
  const reasons = serves
    ? {}
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${component}]` };
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const conditions = [
    { type: 'Initialized', status: 'True', lastTransitionTime: at },
    ...['ContainersReady', 'Ready'].map((type) => ({ type, status, lastTransitionTime: at, ...reasons })),
  ];
  const state = serves
    ? { running: { startedAt: at } }
    : { waiting: { reason: 'CrashLoopBackOff', message: `back-off 10s restarting failed container=${component}` } };
  const image = `registry.k8s.io/${component}`;
  const containerStatuses = [
    { name: component, image, imageID: image, ready: serves, started: serves, restartCount: 0, state },
  ];
  const patched = await workload.merge(`${pods}/${component}-${node}/status`, {
    status: { conditions, containerStatuses },
  });
  return patched !== undefined;
}

function mirrorPod(component: Component, node: string, tag: string): unknown {
  return {
    metadata: {
      name: `${component}-${node}`,
      namespace: 'kube-system',
      labels: { component, tier: 'control-plane' },
      annotations: {
        'kubernetes.io/config.mirror': component,
        'kubernetes.io/config.hash': component,
        'kubernetes.io/config.source': 'file',
      },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
      containers: [{ name: component, image: `registry.k8s.io/${component}:${tag}` }],
    },
  };
}
