import { Secret } from '@sealift/core/secret';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { type ClusterApiVersion, defineClusterApi } from '@sealift/testkit/cluster-api-definitions';
import { startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { SampleCluster } from '@sealift/testkit/sample-cluster';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { VcenterSession } from '../../vcenter/session.ts';
import type { DiskLook } from '../rollout/machine-disks.ts';
import { vcenterTemplates } from '../rollout/vcenter-templates.ts';
import { clusterRollouts, type RolloutPort } from '../rollouts.ts';
import { CuttableObjects } from './cuttable-objects.ts';
import { makeTemplate } from './templates.ts';

const peers = ['etcd', 'kube-apiserver', 'cluster-api-core', 'vcenter-simulator', 'govc'] as const;

/** What the bench lacks; undefined when it can be set up. */
export const missingPeer = peers.map(peer).find((one) => one.missing);

/** An API server with Cluster API's definitions, and a vCenter with two templates. */
export interface Bench {
  readonly api: KubeApi;
  readonly vcenter: VCenter;
  readonly objects: CuttableObjects;
  /** A Cluster of its own, and what rolls it. */
  sample(namespace: string): Promise<BenchCluster>;
  close(): Promise<void>;
}

export interface BenchCluster {
  readonly sample: SampleCluster;
  readonly port: RolloutPort;
  /** Cuts effects of what rolls it. */
  readonly cuts: CuttableObjects;
  /** What is seen of every VM: the sample's Machines have none. */
  readonly looks: { state: DiskLook };
}

export const oldTemplate = 'r_u-2204-0-k-1363-0';
export const newTemplate = 'r_u-2204-0-k-1372-0';

/** Starts everything; 10 s on an idle machine. */
export async function startBench(version: ClusterApiVersion): Promise<Bench> {
  const ends: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const kubernetes = await startKubernetes(peer('etcd'), peer('kube-apiserver'));
    ends.push(() => kubernetes.stop());
    const api = await KubeApi.fromKubeconfig(kubernetes.kubeconfig);
    ends.push(() => api.close());
    await defineClusterApi(api, peer('cluster-api-core'), version);
    const vcenter = await startVCenter(peer('vcenter-simulator'));
    ends.push(() => vcenter.stop());
    await makeTemplate(vcenter, oldTemplate, '1.36.3');
    await makeTemplate(vcenter, newTemplate, '1.37.2');
    const { url, username, password, caFile } = vcenter;
    const settings = { url, username, password: new Secret(password), caFile, places: {}, networks: [] };
    const session = new VcenterSession(settings);
    ends.push(() => session.close());
    const client = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
    ends.push(() => client.close());
    const objects = new CuttableObjects(client);
    const sample = async (namespace: string): Promise<BenchCluster> => {
      await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
      const looks: BenchCluster['looks'] = { state: { state: 'none' } };
      const port = clusterRollouts({
        objects: async () => objects,
        enterprise: async () => objects,
        templates: vcenterTemplates(session, settings),
        disks: { look: async () => looks.state },
        cluster: { namespace, name: 'c1' },
      });
      return { sample: new SampleCluster(api, version, namespace), port, cuts: objects, looks };
    };
    return { api, vcenter, objects, sample, close };
  } catch (error) {
    await close();
    throw error;
  }
}
