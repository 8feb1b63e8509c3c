import { cp } from 'node:fs/promises';
import { untilNodesTaken } from './machines/node-leases.ts';
import type { VSphereMachine } from './machines/vsphere-machine.ts';
import { guarded } from './opened.ts';
import { PortBlock } from './port-block.ts';
import { copyWorkload, managementIn, readSite } from './saved-site.ts';
import { startOwnManagement } from './self-managed/own-management.ts';
import { type Site, siteOf } from './site.ts';
import type { ClusterDescription } from './site-objects.ts';
import {
  describe,
  type ManagementSide,
  ownManagementIn,
  type SiteParts,
  startOtherManagement,
  startParts,
  startProvider,
  together,
  workloadIn,
} from './site-parts.ts';

export async function resumeSite(from: string): Promise<Site> {
  const saved = await readSite(from);
  const { clusterName, namespace, controlPlanes: machines, selfManaged, ownMinors, nodeImages, joined } = saved;
  const began = Date.now();
  return guarded(async (opened, folder) => {
    const ports = opened.add(await PortBlock.claimAt(saved.firstPort), (one) => one.release());
    await copyWorkload(from, workloadIn(folder));
    const starting = startParts(opened, { folder, ports, clusterName, namespace, nodeImages, ownMinors, machines });
    const startManagement = async (): Promise<ManagementSide> => {
      if (!selfManaged) return startOtherManagement(opened, ports, managementIn(from));
      const { workload } = await starting;
      await cp(managementIn(from), ownManagementIn(folder), { recursive: true });
      return startOwnManagement(opened, { workload, ports, folder: ownManagementIn(folder) });
    };
    const [parts, management] = await together(starting, startManagement());
    const description = await describe(parts, management, { ...saved, controlPlanes: 0, workers: 0 });
    await restoreMachines(parts, management, description);
    const provider = await startProvider(opened, parts, management, { folder, namespace, joined });
    const site = siteOf(opened, parts, { management, provider, description, folder });
    await site.untilSettled();
    await untilNodesTaken(parts.workload.api, began);
    return site;
  });
}

/** The simulator forgets everything when it ends: the machines are made again, with the identity by which their objects know them. */
async function restoreMachines(
  { virtualMachines, folder }: SiteParts,
  { api }: ManagementSide,
  { namespace, name, providerVersion, vcenter }: ClusterDescription,
): Promise<void> {
  const provider = `/apis/infrastructure.cluster.x-k8s.io/${providerVersion}/namespaces/${namespace}`;
  for (const { metadata, spec } of await api.list<VSphereMachine>(`${provider}/vspheremachines`)) {
    if (spec.providerID === undefined) continue;
    const { template, resourcePool, datastore } = spec;
    const request = { name: metadata.name, folder: spec.folder ?? folder, template, resourcePool, datastore };
    await virtualMachines.restore(request, spec.providerID.replace(/^vsphere:\/\//, ''));
  }
  const address = { server: new URL(vcenter.url).host, thumbprint: vcenter.thumbprintSha1 };
  await api.merge(`${provider}/vsphereclusters/${name}`, { spec: address });
}
