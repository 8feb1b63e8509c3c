import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { clusterContract } from '@sealift/upgrade/ports/contract/cluster';
import { declaredContract, type DeclaredDriver } from '@sealift/upgrade/ports/contract/declared';
import { emulationContract } from '@sealift/upgrade/ports/contract/emulation';
import { eventsContract } from '@sealift/upgrade/ports/contract/events';
import { providersContract } from '@sealift/upgrade/ports/contract/providers';
import { storageContract } from '@sealift/upgrade/ports/contract/storage';
import { storedVersionsContract } from '@sealift/upgrade/ports/contract/stored-versions';
import { vcenterContract } from '@sealift/upgrade/ports/contract/vcenter';
import { vi } from 'vitest';
import { connectSimulator, type SimulatedPorts } from './client.ts';
import { startSimulator } from './process.ts';
import { sampleCluster } from './state.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const next = { version: '1.26.8', template: 'r_new' };
const never = new AbortController().signal;

/** A simulator of its own, and one of its ports. */
function driverOf<Port>(choose: (ports: SimulatedPorts) => Port | Promise<Port>) {
  return async () => {
    const storage = { clusterId: 'spectro-mgmt/spectro-mgmt-cluster', sharedWith: ['another cluster'] };
    const staleVersions = [
      { definition: 'tugs.harbor.example.com', versions: ['v1alpha1'], objects: 12, target: 'v1' },
    ];
    const initial = { ...sampleCluster, storage, staleVersions };
    const simulator = await startSimulator({ stateDir: await temporaryFolder(), speed: 500, initial });
    return { port: await choose(connectSimulator(simulator.url)), close: () => simulator.close() };
  };
}

const harbor = { namespace: 'harbor', name: 'files' };
declaredContract('the simulator', async () => {
  const objects = [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...harbor, labels: { app: 'files' } } },
    { apiVersion: 'db.example.com/v1', kind: 'Database', metadata: harbor, spec: { compatibility: '5.0', size: 3 } },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: harbor, spec: { accessModes: ['ReadWriteOnce'] } },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'tugs.harbor.example.com' },
      status: { storedVersions: ['v1alpha1', 'v1'] },
    },
  ];
  const initial = { ...sampleCluster, objects };
  const simulator = await startSimulator({ stateDir: await temporaryFolder(), speed: 500, initial });
  const helm = { release: 'files', namespace: 'harbor', managers: [] };
  const from = { accessModes: ['ReadWriteOnce' as const] };
  const port: DeclaredDriver = {
    declared: connectSimulator(simulator.url).declared,
    work: [
      { kind: 'own-objects', owner: { helm }, objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', ...harbor }] },
      { kind: 'move-stored-version', definition: 'tugs.harbor.example.com', from: 'v1alpha1' },
      { kind: 'migrate-claim', ...harbor, from, to: { accessModes: ['ReadWriteMany'] } },
      {
        kind: 'set-field',
        object: { apiVersion: 'db.example.com/v1', kind: 'Database', ...harbor },
        field: '.spec.compatibility',
        from: ['5.0'],
        to: '6.0',
      },
    ],
    query: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'harbor', selector: 'app=files,tier!=web' },
  };
  return { port, close: () => simulator.close() };
});

const ova = randomBytes(300_000);
vcenterContract(
  'the simulator',
  driverOf(({ vcenter }) => vcenter),
  async () => ova,
);
storageContract(
  'the simulator',
  driverOf(({ storage }) => storage),
);
eventsContract(
  'the simulator',
  driverOf(({ events }) => events),
);
storedVersionsContract(
  'the simulator',
  driverOf(({ storedVersions }) => storedVersions),
  () => [],
);
providersContract(
  'the simulator',
  driverOf(({ providers }) => providers),
  {
    core: '1.10.4',
    kubeadm: '1.10.4',
    vsphere: '1.13.1',
    components: { pack: 'cluster-api', version: '1.10.4', digest: `sha256:${'f'.repeat(64)}` },
  },
);
clusterContract(
  'the simulator',
  driverOf(async ({ cluster, vcenter }) => {
    const sha256 = createHash('sha256').update(ova).digest('hex');
    const content = { sizeBytes: ova.length, ova: async () => Readable.from([ova]) };
    await vcenter.importTemplate({ name: next.template, sha256, kubernetes: next.version, ...content }, never);
    return cluster;
  }),
  next,
);

const minor = { version: '1.27.4', template: 'r_next-minor' };
emulationContract(
  'the simulator',
  driverOf(async ({ cluster, vcenter }) => {
    const sha256 = createHash('sha256').update(ova).digest('hex');
    const content = { sizeBytes: ova.length, ova: async () => Readable.from([ova]) };
    await vcenter.importTemplate({ name: minor.template, sha256, kubernetes: minor.version, ...content }, never);
    return cluster;
  }),
  { old: { version: sampleCluster.kubernetes, template: sampleCluster.template }, next: minor, emulates: '1.26' },
);
