import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BoundProcess, flags } from '../../process/bound-process.ts';
import type { PeerName } from '../../peers.ts';
import { type ManagementFolder, start } from './control-plane.ts';
import { programPath } from './programs.ts';

/** One of Cluster API's components, under the names that its own installation has. */
export interface ClusterApiComponent {
  readonly peer: PeerName;
  /** Below the peers' `config`, where its resource definitions and webhook configurations are. */
  readonly config: string;
  readonly namespace: string;
  /** Begins the names of its webhook configurations. */
  readonly prefix: string;
}

/** In the order of their ports. */
export const clusterApiComponents = [
  { peer: 'cluster-api-core', config: 'core', namespace: 'capi-system', prefix: 'capi-' },
  {
    peer: 'cluster-api-kubeadm-bootstrap',
    config: 'kubeadm-bootstrap',
    namespace: 'capi-kubeadm-bootstrap-system',
    prefix: 'capi-kubeadm-bootstrap-',
  },
  {
    peer: 'cluster-api-kubeadm-control-plane',
    config: 'kubeadm-control-plane',
    namespace: 'capi-kubeadm-control-plane-system',
    prefix: 'capi-kubeadm-control-plane-',
  },
] as const satisfies readonly ClusterApiComponent[];

/** Starts the manager of the component at a place in their list and waits until it is ready, its webhooks among it. */
export async function startManager(
  folder: ManagementFolder,
  index: number,
  run: (process: BoundProcess) => BoundProcess,
): Promise<void> {
  const component = clusterApiComponents[index];
  if (component === undefined) throw new Error(`no component at ${index}`);
  const { peer, namespace } = component;
  const ports = folder.ports.clusterApi(index);
  const parts = flags({
    kubeconfig: await folder.certificates.kubeconfig(`https://127.0.0.1:${folder.ports.apiserver}`, 'cluster-api'),
    'webhook-port': ports.webhooks,
    'webhook-cert-dir': await webhookCertificates(folder, peer),
    'diagnostics-address': `127.0.0.1:${ports.diagnostics}`,
    'insecure-diagnostics': true,
    'health-addr': `127.0.0.1:${ports.health}`,
    // As `clusterctl` installs it where CLUSTER_TOPOLOGY is set; it changes nothing of clusters without a ClusterClass.
    'feature-gates': 'ClusterTopology=true',
  });
  const environment = { POD_NAMESPACE: namespace, POD_NAME: peer, POD_UID: peer };
  const manager = run(start(folder, peer, programPath(peer), parts, environment));
  await manager.untilReady(() => answers(`http://127.0.0.1:${ports.health}/readyz`));
}

/** Under the names by which a manager looks for them. */
async function webhookCertificates({ path, certificates }: ManagementFolder, peer: PeerName): Promise<string> {
  const folder = join(path, 'webhooks', peer);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await copyFile(certificates.path('webhooks.crt'), join(folder, 'tls.crt'));
  await copyFile(certificates.path('webhooks.key'), join(folder, 'tls.key'));
  return folder;
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  await answer.body?.cancel();
  return answer.ok;
}
