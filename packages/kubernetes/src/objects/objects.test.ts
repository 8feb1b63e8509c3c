import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesClient } from '../connection/client.ts';
import type { ApiRequest } from '../connection/exchange.ts';
import { thingDefinition } from '../testing/thing-definition.ts';
import { Discovery } from './discovery.ts';
import { Objects } from './objects.ts';

const etcd = peer('etcd');
const apiserver = peer('kube-apiserver');
const configMap = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
});

describe.skipIf(etcd.missing || apiserver.missing)(`objects of a real API server (${apiserver.remedy})`, () => {
  let kubernetes: Kubernetes;
  let client: KubernetesClient;
  let objects: Objects;
  beforeAll(async () => {
    kubernetes = await startKubernetes(etcd, apiserver);
    client = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
    objects = new Objects(client);
  }, 180_000);
  afterAll(() => {
    client?.close();
    return kubernetes?.stop();
  });

  it('are made, read, changed and deleted', async () => {
    const of = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'one' };
    expect(await objects.get(of)).toBeUndefined();
    expect(await objects.create({ ...configMap('one'), data: { a: '1' } })).toBe(true);
    expect(await objects.create(configMap('one'))).toBe(false);
    const { metadata } = await objects.mergePatch(of, { data: { b: '2' } });
    expect((await objects.get(of))?.['data']).toEqual({ a: '1', b: '2' });
    const stale = { metadata: { resourceVersion: '1' }, data: { b: '3' } };
    await expect(objects.mergePatch(of, stale)).rejects.toMatchObject({ code: 'KUBERNETES_CONFLICT' });
    await expect(objects.delete(of, { uid: 'of-another' })).rejects.toMatchObject({ code: 'KUBERNETES_CONFLICT' });
    expect(await objects.delete(of, { uid: metadata.uid })).toBe(true);
    expect(await objects.delete(of, { uid: metadata.uid })).toBe(false);
    await expect(objects.mergePatch(of, {})).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
  });

  it('are listed by namespace and label over many pages, each with its kind', async () => {
    for (let at = 0; at < 5; at += 1) await objects.create(configMap(`listed-${at}`, { set: 'listed' }));
    const of = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'set=listed' };
    const found = await objects.list(of);
    expect(found.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.name])).toEqual(
      [0, 1, 2, 3, 4].map((at) => ['v1', 'ConfigMap', `listed-${at}`]),
    );
    expect(await objects.list({ ...of, namespace: 'kube-system' })).toEqual([]);
    expect(await objects.list({ ...of, fieldSelector: 'metadata.name=listed-3' })).toHaveLength(1);
    // A namespace says nothing of a kind that has none.
    const namespaces = await objects.list({ apiVersion: 'v1', kind: 'Namespace', namespace: 'default' });
    expect(namespaces.map(({ metadata }) => metadata.name)).toContain('kube-system');
  });

  it('whose kind is not served, or that name no namespace, are refused', async () => {
    const of = { apiVersion: 'v9', kind: 'ConfigMap', namespace: 'default', name: 'x' };
    await expect(objects.get(of)).rejects.toMatchObject({ code: 'KUBERNETES_KIND_UNKNOWN' });
    const without = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x' };
    await expect(objects.get(without)).rejects.toMatchObject({ code: 'KUBERNETES_OBJECT_INVALID' });
    for (const name of ['', '.', '..', '../../secrets/x', '%2e%2e']) {
      await expect(objects.get({ ...without, namespace: 'default', name })).rejects.toMatchObject({
        code: 'KUBERNETES_OBJECT_INVALID',
      });
    }
  });

  it('of a definition that has come meanwhile are found', async () => {
    const kind = { apiVersion: 'sealift.example/v1', kind: 'Thing' };
    expect(await objects.discovery.resource(kind)).toBeUndefined();
    expect(await objects.discovery.versions('sealift.example')).toEqual([]);
    await objects.create(thingDefinition(['v1', 'v1beta1']));
    await waitUntil('the kind to be served', async () => (await objects.discovery.resource(kind)) !== undefined);
    expect(await objects.discovery.resource(kind)).toMatchObject({ plural: 'things', namespaced: true });
    expect(await objects.discovery.versions('sealift.example')).toEqual(['v1', 'v1beta1']);
    expect(await objects.create({ ...kind, metadata: { name: 'a', namespace: 'default' }, spec: { x: 1 } })).toBe(true);
    expect(await objects.list(kind)).toHaveLength(1);
  });

  it('of an API service that does not answer are neither there nor absent', async () => {
    const discovery = new Discovery(client);
    await objects.create({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.broken.example' },
      spec: {
        group: 'broken.example',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { namespace: 'default', name: 'nowhere' },
      },
    });
    await waitUntil('the service to be announced', async () => (await discovery.read()).unanswered.length > 0);
    expect((await discovery.read()).unanswered).toEqual(['broken.example/v1']);
    const incomplete = {
      code: 'KUBERNETES_API_INCOMPLETE',
      message: expect.stringContaining('broken.example/v1') as string,
    };
    await expect(discovery.resource({ apiVersion: 'broken.example/v1', kind: 'X' })).rejects.toMatchObject(incomplete);
    discovery.forget();
    await expect(discovery.versions('broken.example')).rejects.toMatchObject(incomplete);
    // The rest of the API is as good as before.
    expect(await discovery.resource({ apiVersion: 'v1', kind: 'Nothing' })).toBeUndefined();
  });

  it('are found as well by a server that tells each group by itself', async () => {
    const kinds = async (discovery: Discovery): Promise<readonly string[]> => {
      const { resources } = await discovery.read();
      return resources
        .map(({ group, version, kind, plural, verbs }) => [group, version, kind, plural, verbs.toSorted()].join(' '))
        .toSorted();
    };
    const impatient = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig, retryDelaysMs: [] });
    const ask = impatient.ask.bind(impatient);
    const plain = Object.assign(impatient, {
      ask: (asked: ApiRequest) => ask({ ...asked, accept: 'application/json' }),
    });
    const older = new Discovery(plain);
    expect(await kinds(older)).toEqual(await kinds(new Discovery(client)));
    expect((await older.read()).unanswered).toEqual(['broken.example/v1']);
    plain.close();
  });
});
