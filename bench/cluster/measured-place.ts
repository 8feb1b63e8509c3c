import { KubernetesClient } from '../../packages/kubernetes/src/connection/client.ts';
import { Objects } from '../../packages/kubernetes/src/objects/objects.ts';
import type { LayerSource } from '../../packages/site/src/cluster/layers/layer-tools.ts';
import { LayerRuns } from '../../packages/site/src/cluster/layers/layer-runs.ts';
import { layersPort } from '../../packages/site/src/cluster/layers/layers-port.ts';
import { clusterRollouts } from '../../packages/site/src/cluster/rollouts.ts';
import { connectSite } from '../../packages/site/src/connect-site.ts';
import type { Ports } from '../../packages/upgrade/src/ports/ports.ts';
import { Secret } from '../../packages/core/src/secret/secret.ts';
import { manifestOf } from './sample-layers.ts';

/** Where upgrades are measured. */
export interface MeasuredPlace {
  /** Of the cluster with the layers. */
  readonly kubeconfig: string;
  /** Of the cluster with the Machines. */
  readonly machinesKubeconfig: string;
  /** Of the layers' objects. */
  readonly namespace: string;
  readonly runs: number;
  /** A whole site, whose machines are rolled too. */
  readonly site?: {
    readonly vcenter: {
      readonly url: string;
      readonly username: string;
      readonly password: string;
      readonly caFile: string;
    };
    readonly folder: string;
    readonly network: string;
    readonly cluster: { readonly namespace: string; readonly name: string };
    /** In vCenter, one for each run. */
    readonly templates: readonly string[];
    readonly kubernetes: string;
  };
}

/** The ports of a place that the upgrade acts on. */
export interface Measured {
  readonly ports: Pick<Ports, 'cluster'> & Partial<Ports>;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const holder = () => ({ id: 'bench', epoch: 1 });

/** Connects, so that what is resident then is what an idle console holds. */
export async function openMeasured(place: MeasuredPlace): Promise<Measured> {
  return place.site === undefined ? await layersAlone(place) : await wholeSite(place, place.site);
}

async function wholeSite(
  { kubeconfig, machinesKubeconfig, namespace }: MeasuredPlace,
  { vcenter: { url, username, password, caFile }, folder, network, cluster: name }: NonNullable<MeasuredPlace['site']>,
): Promise<Measured> {
  const site = connectSite(
    {
      url,
      username,
      password: new Secret(password),
      caFile,
      places: { folder },
      networks: [network],
      enterprise: { kubeconfig },
      management: { kubeconfig: machinesKubeconfig },
      cluster: name,
    },
    { content: sampleContent(namespace), holder },
  );
  const { cluster, vcenter, storage } = site;
  await Promise.all([cluster.nodes(never), cluster.layers(never)]);
  return { ports: { cluster, vcenter, storage }, close: () => site.close() };
}

/** Machines that nobody rolls, of an API server without controllers. */
async function layersAlone({ kubeconfig, machinesKubeconfig, namespace }: MeasuredPlace): Promise<Measured> {
  const clients = await Promise.all(
    [kubeconfig, machinesKubeconfig].map((path) => KubernetesClient.connect({ kubeconfig: path })),
  );
  const [objects, machines] = clients.map((client) => new Objects(client));
  if (objects === undefined || machines === undefined) throw new Error('two clusters are needed');
  await Promise.all([objects.discovery.read(), machines.discovery.read()]);
  const noNode = () => Promise.reject(new Error('no node is rolled here'));
  const runs = new LayerRuns();
  const access = { objects: () => Promise.resolve(objects), content: sampleContent(namespace), holder };
  const rollouts = clusterRollouts({
    objects: () => Promise.resolve(machines),
    enterprise: () => Promise.resolve(objects),
    templates: { find: noNode },
    disks: { look: noNode },
    cluster: { namespace: 'default', name: 'c1' },
  });
  return {
    ports: { cluster: { ...rollouts, ...layersPort(access, runs) } },
    async close() {
      await runs.close();
      for (const client of clients) client.close();
    },
  };
}

function sampleContent(namespace: string): LayerSource {
  const noRelease = () => Promise.reject(new Error('no release is opened here'));
  return {
    openPack({ pack, version }) {
      const manifest = manifestOf(Number(pack.replace('part-', '')), version, namespace);
      const manifests = new Map([['manifests/all.yaml', manifest]]);
      return Promise.resolve({ valuesYaml: '', manifests, charts: new Map<string, Uint8Array>() });
    },
    openRelease: noRelease,
    openTool: noRelease,
    digestOfImage: noRelease,
  };
}
