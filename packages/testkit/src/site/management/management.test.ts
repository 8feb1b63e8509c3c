import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JsonClient } from '../json-client.ts';
import { managementPeers } from './peers.ts';
import { type Management, startManagement } from './start-management.ts';

const { missing, remedy } = managementPeers();
const clusters = (version: string): string => `/apis/cluster.x-k8s.io/${version}/namespaces/default/clusters`;
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

  it('says the version of its API server', async () => {
    expect(await get('/version')).toMatchObject({ gitVersion: 'v1.37.2', major: '1', minor: '37' });
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
