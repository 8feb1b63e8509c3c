import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { peer } from '../peers.ts';
import { startVCenter, type VCenter } from '../vcenter.ts';
import { KubeApi } from './kube-api.ts';
import { VirtualMachines } from './machines/virtual-machines.ts';
import { WorkloadCluster } from './machines/workload-cluster.ts';
import { type Management, startManagement } from './management/start-management.ts';
import { makeNodeImages } from './node-images.ts';
import type { Opened } from './opened.ts';
import type { PortBlock } from './port-block.ts';
import { sitePrograms, siteVersions } from './programs.ts';
import { places } from './site-objects.ts';

/** What runs of a site before there is a provider that makes machines. */
export interface SiteParts {
  readonly vcenter: VCenter;
  readonly virtualMachines: VirtualMachines;
  readonly management: Management;
  readonly api: KubeApi;
  readonly workload: WorkloadCluster;
  /** Inventory path of the folder of the cluster's machines. */
  readonly folder: string;
}

export interface PartsOptions {
  readonly folder: string;
  readonly ports: PortBlock;
  readonly clusterName: string;
  readonly namespace: string;
  /** A kept management cluster. */
  readonly managementFrom?: string;
}

/** Starts the vCenter with its node images, the management cluster, and the load balancer of a cluster that is to come. */
export async function startParts(opened: Opened, options: PartsOptions): Promise<SiteParts> {
  const { clusterName, namespace, ports, managementFrom } = options;
  const workloadFolder = join(options.folder, 'workload');
  await mkdir(workloadFolder, { recursive: true });
  const folder = `/DC0/vm/${clusterName}`;
  const startSimulator = async (): Promise<VCenter> => {
    const templates = places.templates.split('/').at(-1) ?? '';
    return opened.add(await startVCenter(peer('vcenter-simulator'), { folder: templates }), (one) => one.stop());
  };
  const startCluster = async (): Promise<Management> => {
    const from = managementFrom === undefined ? {} : { from: managementFrom };
    return opened.add(await startManagement({ ports, ...from }), (one) => one.stop());
  };
  // Both are waited for, also when one fails: what has started is to be ended.
  const started = await Promise.allSettled([startSimulator(), startCluster()]);
  const [vcenter, management] = started.map((one) => (one.status === 'fulfilled' ? one.value : undefined)) as [
    VCenter?,
    Management?,
  ];
  if (vcenter === undefined || management === undefined) throw started.find(({ status }) => status === 'rejected');
  const virtualMachines = new VirtualMachines(peer('govc').path, vcenter);
  await makeNodeImages(virtualMachines, Object.values(siteVersions));
  await virtualMachines.ensureFolder(folder);
  const api = opened.add(new KubeApi(management.access), async (one) => one.close());
  const programs = sitePrograms();
  const workload = opened.add(
    await WorkloadCluster.open({ name: clusterName, namespace, folder: workloadFolder, ports, programs }),
    (one) => one.stop(),
  );
  return { vcenter, virtualMachines, management, api, workload, folder };
}
