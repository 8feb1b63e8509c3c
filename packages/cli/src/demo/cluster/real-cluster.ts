import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { VerifiedRelease } from '@sealift/bundle/release-marker';
import { SealiftError } from '@sealift/core/errors';
import { KubernetesClient, objectPath } from '@sealift/kubernetes/client';
import { Objects } from '@sealift/kubernetes/objects';
import { type LayersPort, layersPort } from '@sealift/site/layers';
import { applyToTheEnd } from '@sealift/site/layers-to-the-end';
import { LayerRuns } from '@sealift/site/layer-runs';
import { z } from 'zod';
import { jsonLine, type Service, startService } from '../child-process.ts';
import type { DemoContext } from '../demo-context.ts';
import { bundledPacks } from '../bundled-packs.ts';
import { layersOfSite, openVendorBundle, releaseIn } from '../pinned-layers.ts';
import type { Vendor } from '../vendor.ts';
import type { DemoCluster } from './demo-cluster.ts';

const login = z.object({ url: z.string(), username: z.string(), caFile: z.string() });
const readySchema = z.object({
  management: z.object({ kubeconfig: z.string() }),
  workload: z.object({ kubeconfig: z.string() }),
  namespace: z.string(),
  clusterName: z.string(),
  vcenter: login.extend({ templates: z.string(), network: z.string() }),
  govc: z.record(z.string(), z.string()),
  logs: z.array(z.string()),
});
export type SiteReady = z.infer<typeof readySchema>;

export interface RealCluster extends DemoCluster {
  readonly service: Service<SiteReady>;
}

/** Of the programs that the tests run against. */
const helmBelow = 'test/peers/bin/helm';
const startWithinMs = 15 * 60_000;
const settleWithinMs = 5 * 60_000;
const pollMs = 500;

/**
 * Starts a real cluster: API servers, etcd, Cluster API, machines that are virtual machines of a simulated vCenter; two minutes and more.
 *
 * @param version the release that `install` makes it run, as the vendor's bundle pins it, with the site's values
 * @param selfManaged whether the cluster holds its own Cluster API; without it one beside it does
 * @param ownMinors whether machines of the older Kubernetes run its own programs, and not the newer one's that emulate it
 */
export async function startRealCluster(
  demo: DemoContext,
  vendor: Vendor,
  {
    version,
    selfManaged = false,
    ownMinors = false,
  }: { readonly version: string; readonly selfManaged?: boolean; readonly ownMinors?: boolean },
): Promise<RealCluster> {
  const release = await readPinned(vendor, version);
  const { root } = demo.checkout;
  const name = 'the real cluster';
  const kubernetes = `v${release.release.spec.kubernetes.version}`;
  const script = join(root, 'packages/testkit/src/site/run-site.ts');
  const args = [script, '--reuse', '--version', kubernetes, '--node-images', kubernetes];
  if (selfManaged) args.push('--self-managed');
  if (ownMinors) args.push('--own-minors');
  const { env, folder, cancel } = demo;
  const described = { name, command: process.execPath, args, env, cwd: folder.path, cancel };
  const service = await startService(described, jsonLine(readySchema), startWithinMs);
  const { workload, management, namespace, clusterName, vcenter, govc } = service.ready;
  return {
    name,
    description: `The cluster is a real one: kubectl --kubeconfig ${workload.kubeconfig} get nodes\nIts machines:             kubectl --kubeconfig ${management.kubeconfig} get machines`,
    service,
    consoleArgs: argsOf({
      kubeconfig: workload.kubeconfig,
      'management-kubeconfig': management.kubeconfig,
      'cluster-name': `${namespace}/${clusterName}`,
      vcenter: vcenter.url,
      'vcenter-username': vcenter.username,
      'vcenter-ca-file': vcenter.caFile,
      'vcenter-folder': vcenter.templates,
      'vcenter-network': vcenter.network,
    }),
    consoleEnv: {
      SEALIFT_VCENTER_PASSWORD: govc['GOVC_PASSWORD'] ?? '',
      PATH: `${join(root, helmBelow)}:${env['PATH'] ?? ''}`,
    },
    install: () => install(demo, vendor, release, workload.kubeconfig),
  };
}

function argsOf(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

async function readPinned(vendor: Vendor, version: string): Promise<VerifiedRelease> {
  await using bundle = await openVendorBundle(vendor, version);
  return await releaseIn(bundle, vendor, version);
}

/** Applies every layer as an upgrade does, and waits until all are healthy. @throws DEMO_STEP_FAILED, LAYER_…, HELM_…, KUBERNETES_… */
async function install(demo: DemoContext, vendor: Vendor, release: VerifiedRelease, kubeconfig: string): Promise<void> {
  const { version } = release.release.metadata;
  await using bundle = await openVendorBundle(vendor, version);
  const client = await KubernetesClient.connect({ kubeconfig });
  const runs = new LayerRuns();
  try {
    await configureStorage(client, demo.cancel);
    const objects = new Objects(client);
    const access = {
      objects: () => Promise.resolve(objects),
      kubeconfig: { kubeconfig },
      helm: { path: join(demo.checkout.root, helmBelow, 'helm') },
      content: bundledPacks(bundle, release),
      holder: () => ({ id: `installer of ${version}`, epoch: 0 }),
    };
    const layers = layersPort(access, runs);
    for (const layer of await layersOfSite(demo, release)) {
      demo.say(`  applying ${layer.pack} ${layer.version}`);
      await applyToTheEnd(layers, layer, demo.cancel);
    }
    await untilHealthy(layers, demo.cancel);
  } finally {
    await runs.close();
    client.close();
  }
}

/** The configuration of the vSphere CSI driver and the cloud provider, with a cluster-id of the cluster's own. */
async function configureStorage(client: KubernetesClient, cancel: AbortSignal): Promise<void> {
  const namespace = 'kube-system';
  const config = `[Global]\ncluster-id = "${randomUUID()}/enterprise"\n`;
  const secret = { 'csi-vsphere.conf': Buffer.from(config).toString('base64') };
  const secrets = objectPath('/api/v1', 'secrets', { namespace });
  await client.create(secrets, { metadata: { name: 'vsphere-config-secret' }, data: secret }, cancel);
  const maps = objectPath('/api/v1', 'configmaps', { namespace });
  await client.create(maps, { metadata: { name: 'vsphere-cloud-config' }, data: { 'vsphere.conf': config } }, cancel);
}

async function untilHealthy(layers: LayersPort, cancel: AbortSignal): Promise<void> {
  const end = Date.now() + settleWithinMs;
  for (;;) {
    const waits = (await layers.layers(cancel)).flatMap(({ wait }) => (wait === null ? [] : [wait.what]));
    if (waits.length === 0) return;
    if (Date.now() > end) {
      throw new SealiftError('DEMO_STEP_FAILED', { values: { name: 'the installation', reason: waits.join('; ') } });
    }
    await delay(pollMs, undefined, { signal: cancel });
  }
}
