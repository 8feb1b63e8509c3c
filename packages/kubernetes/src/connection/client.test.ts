import { join } from 'node:path';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesClient, objectPath } from './client.ts';
import { createConfigMap, readConfigMap, readSecret, setConfigMapKey, setSecretKey } from '../config-objects.ts';
import { listPersistentVolumes } from '../persistent-volumes.ts';
import { listVolumeAttachments } from '../volume-attachments.ts';
import { annotatePods, readWorkload, waitForWorkload } from '../workloads.ts';

const etcd = peer('etcd');
const apiserver = peer('kube-apiserver');

describe.skipIf(etcd.missing || apiserver.missing)(`a client of a real API server (${apiserver.remedy})`, () => {
  let kubernetes: Kubernetes;
  let client: KubernetesClient;
  beforeAll(async () => {
    kubernetes = await startKubernetes(etcd, apiserver);
    client = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
  }, 180_000);
  afterAll(() => kubernetes?.stop());

  it('makes a ConfigMap once, and changes it only as it was read', async () => {
    const at = { namespace: 'kube-system', name: 'settings' };
    expect(await readConfigMap(client, at)).toBeUndefined();
    expect(await createConfigMap(client, at, { one: '1', two: '2' })).toBe(true);
    expect(await createConfigMap(client, at, { one: 'other' })).toBe(false);
    const read = await readConfigMap(client, at);
    const resourceVersion = read?.resourceVersion ?? '';
    await setConfigMapKey(client, at, { resourceVersion, key: 'one', value: 'first' });
    await expect(setConfigMapKey(client, at, { resourceVersion, key: 'one', value: 'late' })).rejects.toMatchObject({
      code: 'KUBERNETES_CONFLICT',
    });
    expect((await readConfigMap(client, at))?.data).toEqual(
      new Map([
        ['one', 'first'],
        ['two', '2'],
      ]),
    );
  });

  it('reads and changes the text of a Secret', async () => {
    const at = { namespace: 'kube-system', name: 'password' };
    const body = { metadata: { name: at.name }, data: { conf: Buffer.from('grüße = 1\n').toString('base64') } };
    await client.create(objectPath('/api/v1', 'secrets', { namespace: at.namespace }), body);
    const read = await readSecret(client, at);
    expect(read?.data.get('conf')).toBe('grüße = 1\n');
    await setSecretKey(client, at, { resourceVersion: read?.resourceVersion ?? '', key: 'conf', value: 'ü' });
    expect((await readSecret(client, at))?.data.get('conf')).toBe('ü');
  });

  it('lists the volumes of one driver over many pages', async () => {
    const volumes = objectPath('/api/v1', 'persistentvolumes');
    const volume = (name: string, driver: string): unknown => ({
      metadata: { name },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        csi: { driver, volumeHandle: `of-${name}` },
      },
    });
    for (let at = 0; at < 7; at += 1) await client.create(volumes, volume(`v${at}`, 'csi.example'));
    await client.create(volumes, volume('other', 'csi.other'));
    const found = await listPersistentVolumes(client, 'csi.example', { pageSize: 3 });
    expect(found).toHaveLength(7);
    expect(found[0]).toEqual({ name: 'v0', volumeHandle: 'of-v0', claim: undefined });
  });

  it('says which volumes are being detached, and why they are not yet', async () => {
    const attachments = objectPath('/apis/storage.k8s.io/v1', 'volumeattachments');
    const spec = (volume: string) => ({
      attacher: 'csi.example',
      nodeName: 'worker-1',
      source: { persistentVolumeName: volume },
    });
    await client.create(attachments, { metadata: { name: 'stays' }, spec: spec('v0') });
    const held = { name: 'goes', finalizers: ['external-attacher/csi-example'] };
    await client.create(attachments, { metadata: held, spec: spec('v1') });
    await client.patch(`${attachments}/goes/status`, { status: { attached: true, detachError: { message: 'busy' } } });
    await client.ask({ method: 'DELETE', path: `${attachments}/goes` });
    expect(await listVolumeAttachments(client, 'csi.example')).toEqual([
      { persistentVolume: 'v1', node: 'worker-1', detaching: true, error: 'busy' },
      { persistentVolume: 'v0', node: 'worker-1', detaching: false, error: undefined },
    ]);
    expect(await listVolumeAttachments(client, 'csi.other')).toEqual([]);
  });

  it('rolls pods out anew once for one annotation, and says whether they have settled', async () => {
    const at = { kind: 'Deployment', namespace: 'default', name: 'web' } as const;
    const deployments = objectPath('/apis/apps/v1', 'deployments', { namespace: 'default' });
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } };
    await client.create(deployments, {
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: labels }, template },
    });
    await annotatePods(client, at, { 'sealift.dev/x': '1' });
    await annotatePods(client, at, { 'sealift.dev/x': '1' });
    const read = await readWorkload(client, at);
    expect(read).toEqual({ annotations: new Map([['sealift.dev/x', '1']]), settled: false });
    await expect(waitForWorkload(client, at, 0)).rejects.toMatchObject({ code: 'KUBERNETES_TIMEOUT' });
    // The second generation, as nobody but the first annotation changed the template.
    const status = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
    await client.patch(`${objectPath('/apis/apps/v1', 'deployments', at)}/status`, { status });
    await waitForWorkload(client, at, 0);
  });

  it('names what the API server refused', async () => {
    await expect(createConfigMap(client, { namespace: 'nowhere', name: 'x' }, {})).rejects.toMatchObject({
      code: 'KUBERNETES_REFUSED',
      message: expect.stringContaining('namespaces "nowhere" not found') as string,
    });
  });

  it('stops when it is cancelled', async () => {
    const path = objectPath('/api/v1', 'persistentvolumes');
    await expect(client.read(path, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a kubeconfig', () => {
  const connect = async (cluster: object): Promise<unknown> => {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-kubeconfig-'));
    try {
      const kubeconfig = join(folder, 'config');
      const contexts = [{ name: 'x', context: { cluster: 'x', user: 'x' } }];
      const users = [{ name: 'x', user: { token: 't' } }];
      const config = { clusters: [{ name: 'x', cluster }], users, contexts, 'current-context': 'x' };
      await writeFile(kubeconfig, JSON.stringify(config));
      return await KubernetesClient.connect({ kubeconfig });
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it.each([
    ['without TLS', { server: 'http://10.0.0.1:6443' }],
    ['with the check of the certificate off', { server: 'https://10.0.0.1:6443', 'insecure-skip-tls-verify': true }],
    ['without a server', {}],
    ['with a proxy that is no URL', { server: 'https://10.0.0.1:6443', 'proxy-url': 'proxy:3128 or so' }],
    ['with a SOCKS proxy', { server: 'https://10.0.0.1:6443', 'proxy-url': 'socks5://10.0.0.2:1080' }],
  ])('%s is refused', async (_, cluster) => {
    await expect(connect(cluster)).rejects.toMatchObject({ code: 'KUBERNETES_CONFIG_INVALID' });
  });

  it('that is missing is refused', async () => {
    await expect(KubernetesClient.connect({ kubeconfig: '/nowhere/config' })).rejects.toMatchObject({
      code: 'KUBERNETES_CONFIG_INVALID',
    });
  });
});
