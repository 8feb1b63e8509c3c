// Longer than most: one cluster of real controllers, which takes some seconds to start, and each reason that they can bring about.
import type { SeenWait } from '@sealift/core/upgrade';
import { startKwok } from '@sealift/testkit/kwok';
import { peer } from '@sealift/testkit/peers';
import { managementPeers } from '@sealift/testkit/site/management/peers';
import { type Management, startManagement } from '@sealift/testkit/site/management/start-management';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesClient, objectPath } from '../../connection/client.ts';
import { Discovery } from '../../objects/discovery.ts';
import { asObject, type KubeObject } from '../../objects/object.ts';
import { watchUntil } from '../../wait/watch-until.ts';
import { waitForWorkload } from '../../workloads.ts';
import { readiness, type Readiness } from '../readiness.ts';
import { explain } from './explain.ts';

const kwok = peer('kwok');
const { missing, remedy } = managementPeers();
const namespace = 'default';
const deployments = objectPath('/apis/apps/v1', 'deployments', { namespace });

describe.skipIf(missing || kwok.missing)(`a cluster with its real controllers (${remedy})`, { timeout: 60_000 }, () => {
  let cluster: Management;
  let kubelets: Awaited<ReturnType<typeof startKwok>>;
  let client: KubernetesClient;
  beforeAll(async () => {
    cluster = await startManagement({ clusterApi: false });
    client = await KubernetesClient.connect({ kubeconfig: cluster.kubeconfig });
    kubelets = await startKwok(kwok, cluster.kubeconfig, cluster.folder);
    const allocatable = { cpu: '4', memory: '8Gi', pods: '50' };
    await client.create('/api/v1/nodes', {
      metadata: { name: 'worker-1' },
      status: { allocatable, capacity: allocatable },
    });
    await watchUntil(client, { path: '/api/v1/nodes', name: 'worker-1' }, isReady, { deadlineMs: 60_000 });
  }, 240_000);
  afterAll(async () => {
    client?.close();
    await kubelets?.stop();
    await cluster?.stop();
  });

  const isReady = (object: KubeObject): boolean => readiness(object).state === 'ready';
  const deployment = (name: string, more: { readonly spec?: object; readonly pod?: object } = {}) => ({
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: 'registry.site/web:1' }], ...more.pod },
      },
      ...more.spec,
    },
  });
  const read = async (path: string): Promise<KubeObject> => asObject(await client.read(path), path);
  /** What stands in the way, once something does that is as wanted. */
  function reason(path: string, isWanted: (wait: SeenWait) => boolean): Promise<Readiness> {
    return waitUntil('the reason', async () => {
      const found = await explain(client, await read(path));
      return found.wait !== null && isWanted(found.wait) && found;
    });
  }

  it('shows a Deployment on its way, then ready, and again when its template changes', async () => {
    await client.create(deployments, deployment('web'));
    const at = { path: deployments, name: 'web' };
    const states = new Set<string>();
    const see = (object: KubeObject): boolean => {
      const { state } = readiness(object);
      states.add(state);
      return state === 'ready';
    };
    await watchUntil(client, at, see, { deadlineMs: 60_000 });
    expect([...states]).toEqual(['progressing', 'ready']);
    const template = { metadata: { annotations: { changed: '1' } } };
    // Its status still counts the pods of the template before.
    const patched = asObject(await client.patch(`${deployments}/web`, { spec: { template } }), deployments);
    expect(patched).toMatchObject({ status: { updatedReplicas: 2, availableReplicas: 2 } });
    expect(readiness(patched).state).toBe('progressing');
    await waitForWorkload(client, { kind: 'Deployment', namespace, name: 'web' }, 60_000);
    expect(await explain(client, await read(`${deployments}/web`))).toEqual({ state: 'ready', wait: null });
  });

  it('explains a wrong nodeSelector as a pod that finds no node, and says so when the time is over', async () => {
    await client.create(deployments, deployment('nowhere', { pod: { nodeSelector: { disk: 'gone' } } }));
    const { state, wait } = await reason(`${deployments}/nowhere`, (one) => one.object?.kind === 'Pod');
    expect(state).toBe('progressing');
    expect(wait).toMatchObject({
      what: expect.stringMatching(/^Pod default\/nowhere-\S+ finds no node$/) as string,
      level: 'blocked',
      reference: expect.stringContaining(
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector",
      ) as string,
      impact: 'Deployment nowhere has 0 of 2 pods available',
      since: expect.stringMatching(/^20\d\d-.*Z$/) as string,
    });
    await expect(
      waitForWorkload(client, { kind: 'Deployment', namespace, name: 'nowhere' }, 500),
    ).rejects.toMatchObject({
      code: 'KUBERNETES_TIMEOUT',
      hint: expect.stringContaining('finds no node') as string,
    });
  });

  it('explains a quota that refuses pods', async () => {
    const quotas = objectPath('/api/v1', 'resourcequotas', { namespace });
    await client.create(quotas, { metadata: { name: 'few' }, spec: { hard: { 'requests.memory': '1Gi' } } });
    const resources = { requests: { memory: '4Gi' } };
    await client.create(
      deployments,
      deployment('large', { pod: { containers: [{ name: 'app', image: 'x', resources }] } }),
    );
    const { wait } = await reason(`${deployments}/large`, ({ level }) => level === 'blocked');
    expect(wait).toMatchObject({
      what: expect.stringContaining('a quota of its namespace refuses them') as string,
      reference: expect.stringContaining('exceeded quota: few') as string,
    });
    await client.ask({ method: 'DELETE', path: `${quotas}/few` });
  });

  it('explains a StatefulSet whose pods are refused, which no condition of it tells', async () => {
    const sets = objectPath('/apis/apps/v1', 'statefulsets', { namespace });
    const { spec } = deployment('db', { pod: { serviceAccountName: 'nobody' } });
    await client.create(sets, { metadata: { name: 'db' }, spec: { ...spec, serviceName: 'db' } });
    const { wait } = await reason(`${sets}/db`, ({ level }) => level === 'blocked');
    expect(wait).toMatchObject({
      what: expect.stringContaining('a ServiceAccount that does not exist') as string,
      object: { kind: 'StatefulSet', name: 'default/db' },
    });
  });

  it('explains an image by what the kubelet says of the pod', async () => {
    await client.create(
      deployments,
      deployment('no-image', { spec: { replicas: 1 }, pod: { nodeSelector: { disk: 'gone' } } }),
    );
    const { wait } = await reason(`${deployments}/no-image`, (one) => one.object?.kind === 'Pod');
    const pods = objectPath('/api/v1', 'pods', { namespace });
    const name = wait?.object?.name.slice(`${namespace}/`.length) ?? '';
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry.site/web:1"' };
    // No kubelet here pulls images: the pod's own words are those of one.
    await client.patch(`${pods}/${name}/status`, {
      status: {
        conditions: [{ type: 'PodScheduled', status: 'True' }],
        containerStatuses: [
          { name: 'app', image: 'registry.site/web:1', imageID: '', ready: false, restartCount: 0, state: { waiting } },
        ],
      },
    });
    const found = await reason(`${deployments}/no-image`, ({ what }) => what.includes('registry.site'));
    expect(found.wait?.what).toBe(
      `Pod default/${name} can't get the image registry.site/web:1 of its container app from registry.site: ImagePullBackOff`,
    );
  });

  it('leaves a claim alone that waits for its first pod, and explains one whose class is missing', async () => {
    const claims = objectPath('/api/v1', 'persistentvolumeclaims', { namespace });
    const spec = (storageClassName: string) => ({
      storageClassName,
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    });
    await client.create('/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'late' },
      provisioner: 'csi.example',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await client.create(claims, { metadata: { name: 'late' }, spec: spec('late') });
    await client.create(claims, { metadata: { name: 'lost' }, spec: spec('gone') });
    expect((await explain(client, await read(`${claims}/late`))).state).toBe('ready');
    const { wait } = await reason(`${claims}/lost`, ({ reference }) => reference !== null);
    expect(wait).toMatchObject({ level: 'blocked', reference: expect.stringContaining('"gone" not found') as string });
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'lost' } }];
    await client.create(deployments, deployment('with-claim', { pod: { volumes } }));
    // The claim holds the first pod back before the second one is made: until then the impact counts pods made.
    const impact = 'Deployment with-claim has 0 of 2 pods available';
    const held = await reason(`${deployments}/with-claim`, (one) => one.impact === impact);
    expect(held.wait?.object).toMatchObject({ kind: 'PersistentVolumeClaim', name: 'default/lost' });
  });

  it('tells a Job that ends well from one that is suspended', async () => {
    const jobs = objectPath('/apis/batch/v1', 'jobs', { namespace });
    const job = (name: string, suspend: boolean) => ({
      metadata: { name },
      spec: { suspend, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'x' }] } } },
    });
    await client.create(jobs, job('migrate', false));
    await watchUntil(client, { path: jobs, name: 'migrate' }, isReady, { deadlineMs: 60_000 });
    await client.create(jobs, job('held', true));
    expect((await explain(client, await read(`${jobs}/held`))).wait?.level).toBe('blocked');
  });

  it('says that a DaemonSet runs nowhere', async () => {
    const sets = objectPath('/apis/apps/v1', 'daemonsets', { namespace });
    const { spec } = deployment('agent', { spec: { replicas: undefined }, pod: { nodeSelector: { disk: 'gone' } } });
    await client.create(sets, { metadata: { name: 'agent' }, spec });
    const { wait } = await reason(`${sets}/agent`, ({ level }) => level === 'blocked');
    expect(wait?.what).toContain('runs on no node');
  });

  it('says what keeps a namespace', async () => {
    await client.create('/api/v1/namespaces', { metadata: { name: 'stays' } });
    const maps = objectPath('/api/v1', 'configmaps', { namespace: 'stays' });
    await client.create(maps, { metadata: { name: 'held', finalizers: ['example.com/guard'] } });
    await client.ask({ method: 'DELETE', path: '/api/v1/namespaces/stays' });
    const { wait } = await reason('/api/v1/namespaces/stays', ({ level }) => level === 'blocked');
    expect(wait).toMatchObject({
      what: expect.stringContaining('finalizers of its content') as string,
      reference: expect.stringContaining('example.com/guard') as string,
    });
    await client.patch(`${maps}/held`, { metadata: { finalizers: null } });
  });

  it('judges custom resources by their definition', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const define = (kind: string, status: object): object => {
      const plural = `${kind.toLowerCase()}s`;
      const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object' }, ...status } };
      const version = {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema },
      };
      return {
        metadata: { name: `${plural}.site.example` },
        spec: { group: 'site.example', scope: 'Namespaced', names: { kind, plural }, versions: [version] },
      };
    };
    await client.create(definitions, define('Plain', {}));
    const conditions = { type: 'array', items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await client.create(definitions, define('Told', { status: { type: 'object', properties: { conditions } } }));
    for (const name of ['plains.site.example', 'tolds.site.example']) {
      await watchUntil(client, { path: definitions, name }, isReady, { deadlineMs: 60_000 });
    }
    const discovery = new Discovery(client);
    for (const [kind, state] of [
      ['Plain', 'ready'],
      ['Told', 'unknown'],
    ] as const) {
      const path = objectPath('/apis/site.example/v1', `${kind.toLowerCase()}s`, { namespace });
      const created = await waitUntil('the kind to be served', () =>
        client.create(path, { apiVersion: 'site.example/v1', kind, metadata: { name: 'x' } }),
      );
      expect(created).toBe(true);
      expect((await explain(client, await read(`${path}/x`), { discovery })).state).toBe(state);
    }
  });
});
