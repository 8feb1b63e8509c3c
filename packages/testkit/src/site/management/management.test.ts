import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { JsonClient } from '../json-client.ts';
import { applyDefinitions } from './definitions.ts';
import { managementPeers } from './peers.ts';
import { type Management, startManagement } from './start-management.ts';
import { smallDefinitions } from './vsphere-definitions.ts';

const { missing, remedy } = managementPeers();
const clusters = (version: string): string => `/apis/cluster.x-k8s.io/${version}/namespaces/default/clusters`;
const machines = (version: string): string =>
  `/apis/infrastructure.cluster.x-k8s.io/${version}/namespaces/default/vspheremachines`;
const reference = (kind: string, group: string): object => ({
  kind,
  name: 'plant',
  apiGroup: `${group}.cluster.x-k8s.io`,
});
const cluster = {
  apiVersion: 'cluster.x-k8s.io/v1beta2',
  kind: 'Cluster',
  metadata: { name: 'plant', namespace: 'default' },
  spec: {
    infrastructureRef: reference('VSphereCluster', 'infrastructure'),
    controlPlaneRef: reference('KubeadmControlPlane', 'controlplane'),
  },
};

const machine = (version: string) => ({
  apiVersion: `infrastructure.cluster.x-k8s.io/${version}`,
  kind: 'VSphereMachine',
  spec: {
    server: '127.0.0.1:8989',
    datacenter: 'DC0',
    datastore: 'LocalDS_0',
    folder: '/DC0/vm/plant',
    resourcePool: '/DC0/host/DC0_C0/Resources',
    template: '/DC0/vm/images/u-2204',
    cloneMode: 'fullClone',
    numCPUs: 4,
    memoryMiB: 8192,
    diskGiB: 60,
    network: { devices: [{ networkName: 'VM Network', dhcp4: true }] },
    providerID: 'vsphere://1f4e2f0e-5f0b-4f0e-9f0e-1f4e2f0e5f0b',
  },
  status: {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    initialization: { provisioned: true },
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: '2026-11-28T20:00:00Z' },
    ],
  },
});

describe.skipIf(missing)(`a management cluster (${remedy})`, () => {
  let parent: string;
  let management: Management;
  let client: JsonClient;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'sealift-management-test-'));
    management = await startManagement();
    client = new JsonClient(management.access);
  }, 240_000);
  afterAll(async () => {
    client?.close();
    await management?.stop();
    await rm(parent, { recursive: true, force: true });
  });

  const post = (path: string, body: unknown) => client.send({ method: 'POST', path, body });
  const get = async (path: string) => (await client.send({ method: 'GET', path })).body as Record<string, unknown>;

  const expectKept = async (prefix: string, versions: readonly string[]): Promise<void> => {
    for (const version of versions) {
      const path = machines(version);
      const name = `${prefix}-${version}`;
      expect(await post(path, { ...machine(version), metadata: { name } })).toMatchObject({ status: 201 });
      const answer = await client.send({
        method: 'PATCH',
        path: `${path}/${name}/status`,
        contentType: 'application/merge-patch+json',
        body: { status: machine(version).status },
      });
      expect(answer).toMatchObject({ status: 200 });
      expect(await get(`${path}/${name}`)).toMatchObject(machine(version));
    }
  };

  it('takes a Cluster through the webhooks of Cluster API, and serves it in both versions', async () => {
    expect((await post(clusters('v1beta2'), cluster)).status).toBe(201);
    expect(await get(`${clusters('v1beta1')}/plant`)).toMatchObject({
      spec: { infrastructureRef: { apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind: 'VSphereCluster' } },
    });
  });

  it('refuses what the webhooks refuse, with their words', async () => {
    const answer = await post(clusters('v1beta2'), {
      ...cluster,
      metadata: { name: 'other', namespace: 'default' },
      spec: {
        ...cluster.spec,
        infrastructureRef: undefined,
        topology: { classRef: { name: 'class' }, version: 'one' },
      },
    });
    expect(answer).toMatchObject({ status: 422, body: { message: expect.stringContaining('topology') } });
  });

  it('collects what belongs to an owner that is gone, and makes the accounts of a namespace', async () => {
    expect((await post('/api/v1/namespaces', { metadata: { name: 'plant' } })).status).toBe(201);
    await expect
      .poll(async () => (await get('/api/v1/namespaces/plant/serviceaccounts/default'))['kind'])
      .toBe('ServiceAccount');
  });

  it('says in Deployments which version of Cluster API runs, though no pods are wanted', async () => {
    const { items } = (await get('/apis/apps/v1/deployments')) as { readonly items: readonly unknown[] };
    expect(items).toHaveLength(3);
    expect(JSON.stringify(items)).toContain('cluster-api/cluster-api-controller:v1.14.2');
    expect(await get('/api/v1/pods')).toMatchObject({ items: [] });
  });

  it('says the version of its API server', async () => {
    expect(await get('/version')).toMatchObject({ gitVersion: 'v1.37.2', major: '1', minor: '37' });
  });

  it('keeps every field of a machine that is used here, also by the smaller definitions of the provider for vSphere', async () => {
    await expectKept('plant-whole', ['v1beta2']);
    await applyDefinitions(client, smallDefinitions());
    const trial = { ...machine('v1beta2'), metadata: { name: 'trial' } };
    const more = { ...trial, spec: { ...trial.spec, snapshot: 'not in the smaller definitions' } };
    await expect
      .poll(async () => (await post(`${machines('v1beta2')}?dryRun=All`, more)).body)
      .not.toHaveProperty('spec.snapshot');
    await expectKept('plant-small', ['v1beta1', 'v1beta2']);
  });

  it('listens on loopback only', () => {
    const { port } = new URL(management.url);
    const first = Number(port) - 22;
    const own = listening().filter((socket) => socket.port > first && socket.port < first + 40);
    expect(own.length).toBeGreaterThanOrEqual(5 + 9);
    expect(own.filter(({ address }) => address !== '0100007F')).toEqual([]);
  });

  it('is saved, leaves nothing running, and goes on from what was saved', async () => {
    const keep = join(parent, 'saved');
    const { folder } = management;
    const before = await get(`${clusters('v1beta2')}/plant`);
    client.close();
    await management.stop({ keep });
    expect(existsSync(folder)).toBe(false);
    expect(commandLines().filter((line) => line.includes(folder))).toEqual([]);
    expect(await readdir(parent)).toEqual(['saved']);

    management = await startManagement({ from: keep });
    client = new JsonClient(management.access);
    const after = await get(`${clusters('v1beta2')}/plant`);
    expect(after['metadata']).toMatchObject({ uid: (before['metadata'] as { uid: string }).uid });
    // On other ports than before: the webhooks were told.
    const paused = {
      method: 'PATCH',
      path: `${clusters('v1beta1')}/plant`,
      contentType: 'application/merge-patch+json',
    } as const;
    expect(await client.send({ ...paused, body: { spec: { paused: true } } })).toMatchObject({ status: 200 });
  }, 240_000);
});

it.skipIf(missing)(
  `a management cluster of the older minor version has its controllers, too (${remedy})`,
  async () => {
    const management = await startManagement({ minor: '1.36', clusterApi: false });
    const client = new JsonClient(management.access);
    try {
      const { body } = await client.send({ method: 'GET', path: '/version' });
      expect(body).toMatchObject({ gitVersion: 'v1.36.3', emulationMajor: '1', emulationMinor: '36' });
      const account = { method: 'GET', path: '/api/v1/namespaces/default/serviceaccounts/default' } as const;
      await expect.poll(async () => (await client.send(account)).status).toBe(200);
    } finally {
      client.close();
      await management.stop();
    }
  },
  120_000,
);

it.skipIf(missing)(`a start that fails says which program and why, and leaves nothing (${remedy})`, async () => {
  const parent = await mkdtemp(join(tmpdir(), 'sealift-management-test-'));
  vi.stubEnv('TMPDIR', parent);
  try {
    const saved = join(parent, 'saved');
    await mkdir(saved);
    await writeFile(join(saved, 'etcd'), 'no folder of data');
    await expect(startManagement({ from: saved })).rejects.toThrow(/^etcd ended with 1\n(.*\n)*.*not a directory/);
    expect(await readdir(parent)).toEqual(['saved']);
    expect(commandLines().filter((line) => line.includes(parent))).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    await rm(parent, { recursive: true, force: true });
  }
});

/** Every TCP socket of the machine that listens; addresses in the kernel's hexadecimal. */
function listening(): { readonly address: string; readonly port: number }[] {
  const listen = '0A';
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === listen)
      .map((fields) => {
        const [address = '', port = ''] = (fields[1] ?? '').split(':');
        return { address, port: Number.parseInt(port, 16) };
      }),
  );
}

function commandLines(): string[] {
  return globSync('/proc/[0-9]*/cmdline').flatMap((path) => {
    try {
      return [readFileSync(path, 'utf8')];
    } catch {
      return [];
    }
  });
}
