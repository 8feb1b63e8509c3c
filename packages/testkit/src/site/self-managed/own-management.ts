import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoundProcess } from '../../process/bound-process.ts';
import type { WorkloadCluster } from '../machines/workload-cluster.ts';
import { ManagementCertificates } from '../management/certificates.ts';
import type { ManagementFolder } from '../management/control-plane.ts';
import { managementPorts } from '../management/ports.ts';
import { keepFolder } from '../management/saved-folder.ts';
import { startClusterApi } from '../management/start-programs.ts';
import type { Opened } from '../opened.ts';
import { openAuthority } from '../pki.ts';
import type { PortBlock } from '../port-block.ts';
import type { ManagementSide } from '../site-parts.ts';

/** In the site's block of ports, beside those of a management cluster that may still run. */
const place = 40;

/**
 * Starts Cluster API as a part of the very cluster that it is to manage: its managers know no other API server, and are reached by that
 * one's webhooks.
 *
 * @param folder for its certificates and logs; a kept one has been copied there
 */
export async function startOwnManagement(
  opened: Opened,
  {
    workload,
    ports,
    folder,
  }: { readonly workload: WorkloadCluster; readonly ports: PortBlock; readonly folder: string },
): Promise<ManagementSide> {
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const authority = await openAuthority(workload.certificates.authority);
  const certificates = await ManagementCertificates.in(join(folder, 'certificates'), authority);
  const of: ManagementFolder = {
    path: folder,
    certificates,
    ports: {
      ...managementPorts(ports),
      apiserver: Number(new URL(workload.server).port),
      clusterApi: (index) => {
        const [webhooks, diagnostics, health] = [0, 1, 2].map((next) => ports.at(place + 3 * index + next));
        if (webhooks === undefined || diagnostics === undefined || health === undefined) throw new Error('no ports');
        return { webhooks, diagnostics, health };
      },
    },
  };
  const managers: BoundProcess[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(managers.map((one) => one.stop())));
  opened.add(managers, stop);
  await startClusterApi(of, (one) => managers.push(one));
  return {
    api: workload.api,
    kubeconfig: workload.kubeconfig,
    logs,
    stop,
    async keep(to) {
      await stop();
      await keepFolder(folder, to);
    },
  };
}
