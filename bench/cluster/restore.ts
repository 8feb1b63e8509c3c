import { defineClusterApi } from '../../packages/testkit/src/cluster-api/definitions.ts';
import { startKubernetes } from '../../packages/testkit/src/kube-apiserver.ts';
import { peer } from '../../packages/testkit/src/peers.ts';
import { KubeApi } from '../../packages/testkit/src/site/kube-api.ts';
import { KubernetesClient } from '../../packages/kubernetes/src/connection/client.ts';
import type { KubeObject } from '../../packages/kubernetes/src/objects/object.ts';
import { Objects } from '../../packages/kubernetes/src/objects/objects.ts';
import { restoreObjects } from '../../packages/site/src/backup/restore-objects.ts';
import { planRestore } from '../../packages/site/src/backup/restore-plan.ts';
import { missingPeer } from '../bundle/peer-path.ts';
import { type Row, row } from '../row.ts';

/** What is demanded, in seconds. */
const limit = 600;
const count = 1000;
const namespace = 'site';
const never = new AbortController().signal;

/** A site of 1,000 objects that lost all of them, restored at a real API server from a backup that was read. */
export async function restoreRows(note: (text: string) => void): Promise<Row[]> {
  if (missingPeer(note, 'etcd', 'kube-apiserver', 'cluster-api-core')) return [];
  const kubernetes = await startKubernetes(peer('etcd'), peer('kube-apiserver'));
  try {
    const api = await KubeApi.fromKubeconfig(kubernetes.kubeconfig);
    await defineClusterApi(api, peer('cluster-api-core'), 'v1beta2');
    api.close();
    const client = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
    try {
      const objects = new Objects(client);
      const started = performance.now();
      const plan = await planRestore(objects, sampleObjects(), 'bench', never);
      const { made } = await restoreObjects(objects, plan, 'bench', never);
      const seconds = (performance.now() - started) / 1000;
      note(`${made.length} objects made`);
      return [row(`${count} objects of a lost site restored`, 's', seconds, limit, 'limit')];
    } finally {
      client.close();
    }
  } finally {
    await kubernetes.stop();
  }
}

/** A namespace, a Cluster, a set, Machines of that with their Secrets. */
function sampleObjects(): KubeObject[] {
  const made: KubeObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ofCluster('Cluster', 'c1', { controlPlaneRef: reference('controlplane', 'KubeadmControlPlane', 'cp') }),
    ofCluster('MachineSet', 'set', {
      clusterName: 'c1',
      selector: { matchLabels: { set: 'a' } },
      template: { metadata: { labels: { set: 'a' } }, spec: machineSpec('set') },
    }),
  ];
  for (let at = 0; made.length < count; at += 1) {
    const name = `m${at}`;
    made.push(owned(ofCluster('Machine', name, machineSpec(name)), 'MachineSet', 'set'));
    if (made.length < count) made.push(owned(secretOf(name), 'Machine', name));
  }
  return made;
}

function ofCluster(kind: string, name: string, spec: object): KubeObject {
  const labels = { 'cluster.x-k8s.io/cluster-name': 'c1' };
  const metadata = { name, namespace, labels };
  return { apiVersion: 'cluster.x-k8s.io/v1beta2', kind, metadata, spec, status: { observedGeneration: 1 } };
}

function secretOf(name: string): KubeObject {
  const data = { value: Buffer.alloc(4096, name).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
}

function owned(object: KubeObject, kind: string, name: string): KubeObject {
  const owner = { apiVersion: 'cluster.x-k8s.io/v1beta2', kind, name, uid: `uid-${name}`, controller: true };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

function machineSpec(name: string): object {
  const infrastructureRef = reference('infrastructure', 'VSphereMachine', name);
  return { clusterName: 'c1', version: 'v1.36.3', bootstrap: { dataSecretName: name }, infrastructureRef };
}

function reference(group: string, kind: string, name: string): object {
  return { apiGroup: `${group}.cluster.x-k8s.io`, kind, name };
}
