import { Secret } from '@sealift/core/secret';
import { connectSite, type Site } from '@sealift/site/connect-site';
import type { ImageRegistry } from '@sealift/site/settings';
import type { Kubernetes } from '@sealift/testkit/kube-apiserver';
import type { KubeApi, KubeObject } from '@sealift/testkit/site/kube-api';
import type { VCenter } from '@sealift/testkit/vcenter';
import { waitUntil } from '@sealift/testkit/wait-until';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { contentRegistry } from '../../../packages/server/src/engine/content-registry.ts';
import type { PushedRelease } from '../../../packages/server/src/testing/push-release.ts';
import type { RunningPlatform } from '../../../packages/server/src/testing/running-platform.ts';
import { shop } from './releases.ts';

/** The longest that anything is waited for, on a machine with much else to do. */
const patienceMs = 240_000;

/** Values that the installed release runs with: its packs' own, but for one that the site has changed. */
export const installedValues: Readonly<Record<string, string>> = {
  kubernetes: 'pack:\n  serviceClusterIpRange: 10.96.0.0/12\n',
  calico: 'mtu: 9000\n',
};

/** What controllers say of the workloads once all is well. */
const settled: ReadonlyMap<string, object> = new Map<string, object>([
  [
    `/apis/apps/v1/namespaces/${shop}/deployments/app`,
    {
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      conditions: ['Available', 'Progressing'].map((type) => ({ type, status: 'True' })),
    },
  ],
  [
    `/apis/apps/v1/namespaces/${shop}/daemonsets/agent`,
    {
      currentNumberScheduled: 2,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberReady: 2,
      numberAvailable: 2,
      numberMisscheduled: 0,
    },
  ],
  [`/apis/networking.k8s.io/v1/namespaces/${shop}/ingresses/app`, { loadBalancer: { ingress: [{ ip: '10.1.1.1' }] } }],
]);

interface Generated extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
}

/** Where the installed release is to run. */
interface InstalledPlace {
  readonly release: PushedRelease | undefined;
  readonly platform: RunningPlatform;
  readonly cluster: Kubernetes;
  readonly vcenter: VCenter;
  readonly api: KubeApi;
  readonly imageRegistry: ImageRegistry;
}

/** Makes the installed release run, by the code that upgrades do it with; the controllers of its workloads are the test. */
export async function runInstalled(place: InstalledPlace): Promise<void> {
  const { release: pushed, platform, cluster, vcenter, api, imageRegistry } = place;
  if (pushed === undefined) throw new Error('the installed release was not pushed');
  const { url, username, password, caFile } = vcenter;
  const client = platform.registry();
  const enterprise = { kubeconfig: cluster.kubeconfig };
  const login = { url, username, password: new Secret(password), caFile };
  const site = connectSite(
    { ...login, places: {}, networks: [], enterprise, imageRegistry },
    { content: contentRegistry({ client }), holder: () => ({ id: 'vendor', epoch: 1 }) },
  );
  try {
    const values = (pack: string): string => installedValues[pack] ?? '';
    const profile = new Map(pushed.release.spec.layers.map(({ pack }) => [pack, values(pack)]));
    const layers = pushed.release.spec.layers.map((layer) => ({
      ...layer,
      values: values(layer.pack),
      valuesHash: hashOfValues(values(layer.pack)),
      profile,
      release: pushed.marker,
    }));
    const work = Promise.all(layers.map((layer) => applyLayer(site, layer)));
    await Promise.all([work, settleWorkloads(api)]);
  } finally {
    await site.close();
    client.close();
  }
}

async function applyLayer({ cluster }: Site, layer: DesiredLayer): Promise<void> {
  const cancel = new AbortController().signal;
  let said = '';
  const isThere = async (): Promise<boolean> => {
    await cluster.applyLayer(layer, cancel);
    const [status] = await cluster.layers(cancel, layer);
    said = JSON.stringify(status);
    return status?.digest === layer.digest && status.wait === null;
  };
  try {
    await waitUntil(`the layer ${layer.pack} to run`, isThere, patienceMs);
  } catch (error) {
    throw new Error(`${layer.pack} does not settle: ${said}`, { cause: error });
  }
}

/** Says of the workloads of the shop what their controllers say once all of their pods run. */
export async function settleWorkloads(api: KubeApi): Promise<void> {
  for (const [path, status] of settled) {
    const found = await waitUntil(`${path} to be there`, () => api.get<Generated>(path), patienceMs);
    const { generation: observedGeneration } = found.metadata;
    await api.merge(`${path}/status`, {
      status: path.includes('/apps/') ? { observedGeneration, ...status } : status,
    });
  }
}
