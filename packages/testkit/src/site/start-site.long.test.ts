import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { controlPlanePath, workersPath } from './cluster-state.ts';
import { KubeApi, type KubeObject } from './kube-api.ts';
import { isReady, type Node } from './machines/node.ts';
import { foldersOf, processesNaming } from './processes.ts';
import { sitePeers, siteVersions } from './programs.ts';
import type { Site } from './site.ts';
import { startSite } from './start-site.ts';

const peers = sitePeers();
const { older, newer } = siteVersions;

interface Machine extends KubeObject {
  readonly spec: { readonly providerID?: string; readonly version?: string };
  readonly status?: {
    readonly certificatesExpiryDate?: string;
    readonly conditions?: readonly { readonly type: string; readonly reason?: string; readonly message?: string }[];
  };
}

interface Exposed extends KubeObject {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly unknown[] } };
}

interface Conditioned extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

describe.skipIf(peers.missing)(`a real site (${peers.remedy})`, { timeout: 600_000 }, () => {
  let saved: string;
  let site: Site;
  let management: KubeApi;
  let workload: KubeApi;
  beforeAll(async () => {
    saved = join(await mkdtemp(join(tmpdir(), 'sealift-saved-site-')), 'site');
    site = await startSite({ saveTo: saved });
    management = await KubeApi.fromKubeconfig(site.management.kubeconfig);
    workload = await KubeApi.fromKubeconfig(site.workload.kubeconfig);
  }, 900_000);
  afterAll(async () => {
    management?.close();
    workload?.close();
    await site?.stop();
    if (saved !== undefined) await rm(join(saved, '..'), { recursive: true, force: true });
  });

  const machines = () =>
    management.list<Machine>(`/apis/cluster.x-k8s.io/v1beta2/namespaces/${site.namespace}/machines`);
  const nodes = () => workload.list<Node>('/api/v1/nodes');
  const namesOf = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort();
  const controlPlanes = async () =>
    (await machines()).filter(({ metadata }) => metadata.labels?.['cluster.x-k8s.io/control-plane'] !== undefined);
  const condition = async (type: string) =>
    (await management.get<Conditioned>(controlPlanePath(site)))?.status?.conditions?.find((one) => one.type === type);

  it('has three control planes and three workers, each a Node and a virtual machine', async () => {
    const all = await machines();
    expect(all).toHaveLength(6);
    const members = (await nodes()).map((node) => [node.metadata.name, node.spec?.providerID, isReady(node)]);
    expect(new Set(members)).toEqual(new Set(all.map(({ metadata, spec }) => [metadata.name, spec.providerID, true])));
    expect(new Set((await nodes()).map(({ status }) => status?.nodeInfo?.kubeletVersion))).toEqual(new Set([older]));
    expect(await site.controls.virtualMachines()).toEqual(namesOf(all).map((name) => `/DC0/vm/enterprise/${name}`));
    expect(await site.controls.etcdMembers()).toEqual(namesOf(await controlPlanes()));
  });

  it('tells of each machine of the control plane when its certificates end', async () => {
    const ends = async (): Promise<readonly (string | undefined)[]> =>
      (await machines())
        .filter(({ metadata }) => metadata.labels?.['cluster.x-k8s.io/control-plane'] !== undefined)
        .map(({ status }) => status?.certificatesExpiryDate);
    const told = async () => {
      const all = await ends();
      return all.every((at) => at !== undefined) ? all : undefined;
    };
    expect(await waitUntil('every machine to tell', told, 120_000)).toHaveLength(3);
  });

  it('gives a Service of type LoadBalancer an address', async () => {
    const services = '/api/v1/namespaces/default/services';
    const spec = { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'web' } };
    await workload.create(services, { metadata: { name: 'web' }, spec });
    const ingress = async () => (await workload.get<Exposed>(`${services}/web`))?.status?.loadBalancer?.ingress;
    expect(await waitUntil('an address', ingress)).toEqual([{ ip: '127.0.0.1', ipMode: 'VIP' }]);
  });

  it('tells of an etcd member that was killed, and of its return', async () => {
    const [machine] = namesOf(await controlPlanes());
    if (machine === undefined) throw new Error('no control plane');
    // Nothing tells the controller of what happens inside the cluster: left alone it looks again every ten minutes, and at once when its object changes.
    const tells = (status: string) => async () => {
      const annotations = { 'looked-at-second': String(Math.floor(Date.now() / 1000)) };
      await management.merge(controlPlanePath(site), { metadata: { annotations } });
      return (await condition('ControlPlaneComponentsHealthy'))?.status === status;
    };
    await site.controls.killEtcd(machine);
    await waitUntil('the control plane to tell', tells('False'), 120_000);
    expect((await condition('ControlPlaneComponentsHealthy'))?.message).toContain(`* Machine ${machine}:`);
    site.controls.startMachine(machine);
    await waitUntil('the control plane to be well', tells('True'), 120_000);
    expect(await site.controls.etcdMembers()).toHaveLength(3);
  });

  it('tells of a Node that is not ready', async () => {
    const [node] = namesOf(await nodes()).filter((name) => name.includes('workers'));
    if (node === undefined) throw new Error('no worker');
    await site.controls.nodeNotReady(node, 'the network is not ready');
    await waitUntil(
      'the machine to tell',
      async () =>
        JSON.stringify((await machines()).find(({ metadata }) => metadata.name === node)?.status?.conditions).includes(
          'the network is not ready',
        ),
      120_000,
    );
    await site.controls.nodeReady(node);
    await site.untilSettled();
  });

  it('rolls the control plane to the next minor by one patch', async () => {
    const before = namesOf(await controlPlanes());
    const template = await site.makeMachineTemplate('control-plane', newer);
    const infrastructureRef = {
      apiGroup: 'infrastructure.cluster.x-k8s.io',
      kind: 'VSphereMachineTemplate',
      name: template,
    };
    await management.merge(controlPlanePath(site), {
      spec: { version: newer, machineTemplate: { spec: { infrastructureRef } } },
    });
    await site.untilSettled();
    const after = namesOf(await controlPlanes());
    expect(after).toHaveLength(3);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    expect(await site.controls.etcdMembers()).toEqual(after);
    expect(await site.controls.virtualMachines()).toEqual(
      namesOf(await machines()).map((name) => `/DC0/vm/enterprise/${name}`),
    );
    expect((await workload.get<KubeObject & { readonly gitVersion: string }>('/version'))?.gitVersion).toBe(newer);
    const pods = await workload.list<KubeObject>('/api/v1/namespaces/kube-system/pods?labelSelector=component%3Detcd');
    expect(namesOf(pods)).toEqual(after.map((name) => `etcd-${name}`));
  });

  it('says in the words of the vSphere provider that a node image is missing', async () => {
    const template = await site.makeMachineTemplate('workers', 'v1.37.9');
    await management.merge(workersPath(site), workersPatch(template, newer));
    const words = `unable to find template by name "${site.templateOf('v1.37.9')}": vm '${site.templateOf('v1.37.9')}' not found`;
    await waitUntil(
      'a machine to tell',
      async () =>
        JSON.stringify((await machines()).map(({ status }) => status?.conditions)).includes(
          JSON.stringify(words).slice(1, -1),
        ),
      120_000,
    );
  });

  it('rolls the workers once there is a right one', async () => {
    const before = namesOf(await machines());
    await management.merge(workersPath(site), workersPatch(await site.makeMachineTemplate('workers', newer), newer));
    await site.untilSettled();
    const after = await machines();
    expect(after).toHaveLength(6);
    expect(namesOf(after).filter((name) => name.includes('workers') && before.includes(name))).toEqual([]);
    expect(new Set((await nodes()).map(({ status }) => status?.nodeInfo?.kubeletVersion))).toEqual(new Set([newer]));
    expect(await site.controls.virtualMachines()).toEqual(namesOf(after).map((name) => `/DC0/vm/enterprise/${name}`));
    // Six at first, and one for each that was replaced; those of the wrong template were never made.
    expect(await site.controls.machinesEverMade()).toHaveLength(12);
  });

  it('leaves no process when it is stopped', async () => {
    const folders = foldersOf(site);
    expect((await processesNaming(folders)).length).toBeGreaterThan(15);
    await site.stop();
    expect(await processesNaming(folders)).toEqual([]);
  });
});

function workersPatch(template: string, version: string): unknown {
  const infrastructureRef = {
    apiGroup: 'infrastructure.cluster.x-k8s.io',
    kind: 'VSphereMachineTemplate',
    name: template,
  };
  return { spec: { template: { spec: { version, infrastructureRef } } } };
}
