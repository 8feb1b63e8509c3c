import type { VCenter } from '../vcenter.ts';

const infrastructure = 'infrastructure.cluster.x-k8s.io';
const bootstrap = 'bootstrap.cluster.x-k8s.io';
const controlPlane = 'controlplane.cluster.x-k8s.io';
export const groups = { infrastructure, bootstrap, controlPlane } as const;

/** Of Services and pods. */
export const clusterNetwork = {
  services: { cidrBlocks: ['10.128.0.0/16'] },
  pods: { cidrBlocks: ['192.168.0.0/16'] },
} as const;

/** Where a site's machines are made in the simulated vCenter. */
export const places = {
  templates: '/DC0/vm/spectro-templates',
  resourcePool: '/DC0/host/DC0_C0/Resources',
  datastore: 'LocalDS_0',
  network: 'VM Network',
} as const;

/** The cluster to describe to Cluster API. */
export interface ClusterDescription {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  readonly controlPlanes: number;
  readonly workers: number;
  /** On loopback. */
  readonly endpointPort: number;
  /** Inventory path of the folder for its machines. */
  readonly folder: string;
  readonly vcenter: Pick<VCenter, 'url' | 'thumbprintSha1'>;
  /** The version of the vSphere provider's kinds, as `v1beta1`. */
  readonly providerVersion: string;
}

/** An object and the path of the collection that it goes into. */
export interface Placed {
  readonly path: string;
  readonly object: unknown;
}

/** The name that a node image of this version has in vCenter: Ubuntu 22.04, first build. */
export function templateName(version: string): string {
  return `r_u-2204-0-k-${version.replace(/[v.]/g, '')}-0`;
}

/** The full inventory path of a node image. */
export function templatePath(version: string): string {
  return `${places.templates}/${templateName(version)}`;
}

/** The name of the machine template of one role and version, as `enterprise-control-plane-1-36-3`. */
export function machineTemplateName(cluster: string, role: Role, version: string): string {
  return `${cluster}-${role}-${version.replace(/^v/, '').replaceAll('.', '-')}`;
}

export type Role = 'control-plane' | 'workers';

/** A machine template whose machines are cloned from the node image of a version. */
export function machineTemplate(description: ClusterDescription, role: Role, version: string): Placed {
  const { name, namespace, providerVersion, folder } = description;
  const spec = {
    template: templatePath(version),
    datacenter: 'DC0',
    folder,
    datastore: places.datastore,
    resourcePool: places.resourcePool,
    cloneMode: 'fullClone',
    numCPUs: 4,
    memoryMiB: 8192,
    diskGiB: 60,
    network: { devices: [{ networkName: places.network, dhcp4: true }] },
  };
  return place(`${infrastructure}/${providerVersion}`, 'VSphereMachineTemplate', {
    metadata: { name: machineTemplateName(name, role, version), namespace },
    spec: { template: { spec } },
  });
}

/** All objects of a cluster, in an order in which they can be made. */
export function clusterObjects(description: ClusterDescription): readonly Placed[] {
  const { name, namespace, version, controlPlanes, workers, endpointPort, providerVersion, vcenter } = description;
  const endpoint = { host: '127.0.0.1', port: endpointPort };
  const metadata = (suffix = ''): object => ({ name: `${name}${suffix}`, namespace });
  const reference = (apiGroup: string, kind: string, of: string): object => ({ apiGroup, kind, name: of });
  const template = (role: Role): object =>
    reference(infrastructure, 'VSphereMachineTemplate', machineTemplateName(name, role, version));
  const deletion = { nodeDrainTimeoutSeconds: 600 };
  const labels = { pool: `${name}-workers` };
  return [
    place(`${infrastructure}/${providerVersion}`, 'VSphereCluster', {
      metadata: metadata(),
      spec: { controlPlaneEndpoint: endpoint, server: new URL(vcenter.url).host, thumbprint: vcenter.thumbprintSha1 },
    }),
    machineTemplate(description, 'control-plane', version),
    machineTemplate(description, 'workers', version),
    place(`${controlPlane}/v1beta2`, 'KubeadmControlPlane', {
      metadata: metadata('-control-plane'),
      spec: {
        replicas: controlPlanes,
        version,
        machineTemplate: { spec: { infrastructureRef: template('control-plane'), deletion } },
        kubeadmConfigSpec: { clusterConfiguration: { apiServer: { certSANs: ['127.0.0.1'] } } },
      },
    }),
    place(`${bootstrap}/v1beta2`, 'KubeadmConfigTemplate', {
      metadata: metadata('-workers'),
      spec: {
        template: {
          spec: { joinConfiguration: { nodeRegistration: { kubeletExtraArgs: [{ name: 'v', value: '2' }] } } },
        },
      },
    }),
    place('cluster.x-k8s.io/v1beta2', 'Cluster', {
      metadata: metadata(),
      spec: {
        clusterNetwork,
        controlPlaneEndpoint: endpoint,
        infrastructureRef: reference(infrastructure, 'VSphereCluster', name),
        controlPlaneRef: reference(controlPlane, 'KubeadmControlPlane', `${name}-control-plane`),
      },
    }),
    place('cluster.x-k8s.io/v1beta2', 'MachineDeployment', {
      metadata: metadata('-workers'),
      spec: {
        clusterName: name,
        replicas: workers,
        rollout: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            clusterName: name,
            version,
            bootstrap: { configRef: reference(bootstrap, 'KubeadmConfigTemplate', `${name}-workers`) },
            infrastructureRef: template('workers'),
            deletion,
          },
        },
      },
    }),
  ];
}

/** @param apiVersion of a kind whose plural ends in a mere `s` */
export function place(
  apiVersion: string,
  kind: string,
  object: { readonly metadata: object; readonly spec: unknown },
): Placed {
  const { namespace } = object.metadata as { namespace: string };
  return {
    path: `/apis/${apiVersion}/namespaces/${namespace}/${kind.toLowerCase()}s`,
    object: { apiVersion, kind, ...object },
  };
}
