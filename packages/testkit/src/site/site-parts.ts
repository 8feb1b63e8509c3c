import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { peer } from '../peers.ts';
import { startVCenter, type VCenter } from '../vcenter.ts';
import { waitUntil } from '../wait-until.ts';
import { KubeApi } from './kube-api.ts';
import { readContract } from './machines/contract.ts';
import type { ControlPlaneSettings } from './machines/control-plane/control-plane-machine.ts';
import { MachineProvider } from './machines/provider.ts';
import { VirtualMachines } from './machines/virtual-machines.ts';
import { WorkloadCluster } from './machines/workload-cluster.ts';
import { startManagement } from './management/start-management.ts';
import { makeNodeImages } from './node-images.ts';
import type { Opened } from './opened.ts';
import type { PortBlock } from './port-block.ts';
import { sitePrograms } from './programs.ts';
import type { SavedSite } from './saved-site.ts';
import { type ClusterDescription, places } from './site-objects.ts';

/** The API server that holds the objects of Cluster API. */
export interface ManagementSide {
  readonly api: KubeApi;
  readonly kubeconfig: string;
  /** The folder of its programs' logs. */
  readonly logs: string;
  /** Ends it, and writes what a later start needs into a folder that is not there yet. */
  keep(folder: string): Promise<void>;
  stop(): Promise<void>;
}

/** What runs of a site besides its management cluster and the provider that makes machines. */
export interface SiteParts {
  readonly vcenter: VCenter;
  readonly virtualMachines: VirtualMachines;
  readonly workload: WorkloadCluster;
  /** Inventory path of the folder of the cluster's machines. */
  readonly folder: string;
}

export interface PartsOptions {
  /** The workload cluster's is below it. */
  readonly folder: string;
  readonly ports: PortBlock;
  readonly clusterName: string;
  readonly namespace: string;
  /** Versions whose node image is in vCenter. */
  readonly nodeImages: readonly string[];
  readonly ownMinors: boolean;
  /** Machines of a saved site. */
  readonly machines?: readonly ControlPlaneSettings[];
}

/** Starts the vCenter with its node images, and the workload cluster as far as it is saved: without that, its load balancer. */
export async function startParts(opened: Opened, options: PartsOptions): Promise<SiteParts> {
  const { clusterName, namespace, ports, nodeImages, ownMinors, machines = [] } = options;
  const workloadFolder = workloadIn(options.folder);
  await mkdir(workloadFolder, { recursive: true });
  const programs = sitePrograms(ownMinors);
  const workload = opened.add(
    await WorkloadCluster.open({ name: clusterName, namespace, folder: workloadFolder, ports, programs }),
    (one) => one.stop(),
  );
  for (const settings of machines) workload.resumeMachine(settings);
  const templates = places.templates.split('/').at(-1) ?? '';
  const simulator = peer('vcenter-simulator');
  const vcenter = opened.add(await startVCenter(simulator, { folder: templates }), (one) => one.stop());
  const virtualMachines = new VirtualMachines(peer('govc').path, vcenter, options.folder);
  const folder = `/DC0/vm/${clusterName}`;
  await makeNodeImages(virtualMachines, nodeImages);
  await virtualMachines.ensureFolder(folder);
  if (machines.length > 0) await waitUntil('the control plane to serve', () => workload.startServices(), 120_000);
  return { vcenter, virtualMachines, workload, folder };
}

/** Starts a management cluster of its own. @param from a folder that was kept */
export async function startOtherManagement(opened: Opened, ports: PortBlock, from?: string): Promise<ManagementSide> {
  const options = { ports, ...(from === undefined ? {} : { from }) };
  const management = opened.add(await startManagement(options), (one) => one.stop());
  const api = opened.add(new KubeApi(management.access), async (one) => one.close());
  return {
    api,
    kubeconfig: management.kubeconfig,
    logs: join(management.folder, 'logs'),
    keep: (keep) => management.stop({ keep }),
    stop: () => management.stop(),
  };
}

/** Where the workload cluster works below a site's folder. */
export function workloadIn(folder: string): string {
  return join(folder, 'workload');
}

/** Waits for all, also when one fails: what the others begin is to be ended as well. @throws what the first failed with */
export async function together<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<[First, Second]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

/** Where a self-managed cluster's Cluster API works below a site's folder. */
export function ownManagementIn(folder: string): string {
  return join(folder, 'cluster-api');
}

export async function describe(
  { vcenter, folder, workload }: SiteParts,
  { api }: ManagementSide,
  cluster: Pick<SavedSite, 'clusterName' | 'namespace' | 'version'> & {
    readonly controlPlanes: number;
    readonly workers: number;
  },
): Promise<ClusterDescription> {
  const providerVersion = (await readContract(api)).api.split('/').at(-1) ?? '';
  const { clusterName: name, namespace, version, controlPlanes, workers } = cluster;
  const endpointPort = Number(new URL(workload.server).port);
  return { name, namespace, version, controlPlanes, workers, endpointPort, folder, vcenter, providerVersion };
}

export async function startProvider(
  opened: Opened,
  { workload, virtualMachines, folder }: SiteParts,
  { api }: ManagementSide,
  options: { readonly folder: string; readonly namespace: string; readonly joined: readonly string[] },
): Promise<MachineProvider> {
  const { namespace } = options;
  const work = {
    management: api,
    workload,
    virtualMachines,
    namespace,
    folder,
    controls: { creationPaused: false },
  };
  return opened.add(await MachineProvider.start(work, options), (one) => one.stop());
}
