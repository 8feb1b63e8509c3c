import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { readHistory } from '@sealift/kubernetes/helm-releases';
import type { KubeObject } from '@sealift/kubernetes/object';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mapImages } from '../images/image-places.ts';
import { LayerBench, never } from './testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const pinned = {
  images: [
    { name: 'docker.io/calico/node:v3.25.1', digest: digest('1') },
    { name: 'quay.io:8443/team/tool:1', digest: digest('2') },
    { name: 'docker.io/library/busybox:1.36', digest: digest('3') },
  ],
  elsewhere: ['registry.k8s.io/pause:3.10'],
  tools: [],
};
const imageRegistry = { registry: 'harbor.example:8443', base: 'sealift/images' };
const node = `harbor.example:8443/sealift/images/docker.io/calico/node:v3.25.1@${digest('1')}`;
const tool = `harbor.example:8443/sealift/images/quay.io_8443/team/tool:1@${digest('2')}`;
const busybox = `harbor.example:8443/sealift/images/docker.io/library/busybox:1.36@${digest('3')}`;
const busyboxPart = `harbor.example:8443/sealift/images/docker.io/library/busybox@${digest('9')}`;

const template = (image: string): string =>
  `{ metadata: { labels: { app: a } }, spec: { restartPolicy: Always, containers: [ { name: a, image: "${image}" } ] } }`;
const deployment = (name: string, image: string, annotations = '{}'): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, annotations: ${annotations} }
spec: { replicas: 1, selector: { matchLabels: { app: a } }, template: ${template(image)} }
`;
const job = (image: string): string =>
  `{ template: { spec: { restartPolicy: Never, initContainers: [ { name: i, image: busybox:1.36 } ], containers: [ { name: a, image: "${image}" } ] } } }`;

describe.skipIf(missing !== undefined)(`images of layers${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let bench: LayerBench;
  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    bench = await LayerBench.open(cluster, helm);
    bench.shelf.pinned = pinned;
  });
  afterAll(async () => {
    bench?.close();
    await cluster?.stop();
  });
  const imagesOf = (object: KubeObject | undefined): string[] => {
    const found: string[] = [];
    if (object !== undefined)
      mapImages(object, (image) => {
        found.push(image);
        return image;
      });
    return found.toSorted();
  };
  const workload = (kind: string, name: string, namespace = 'default'): Promise<KubeObject | undefined> =>
    bench.get(kind.endsWith('Job') ? 'batch/v1' : 'apps/v1', kind, name, namespace);
  const pullSecretsOf = (object: KubeObject | undefined): unknown =>
    (object?.['spec'] as { template?: { spec?: { imagePullSecrets?: unknown } } } | undefined)?.template?.spec
      ?.imagePullSecrets;

  const chart = (image: string): Readonly<Record<string, Uint8Array>> => ({
    'charts/web.tgz': packChart(helm, {
      'values.yaml': `image: ${image}\n`,
      'templates/web.yaml': deployment('{{ .Release.Name }}', '{{ .Values.image }}'),
      'templates/hook.yaml': deployment(
        '{{ .Release.Name }}-hook-{{ .Release.Revision }}',
        'docker.io/library/busybox:1.36',
        '{ "helm.sh/hook": "pre-install,pre-upgrade" }',
      ),
      'templates/settings.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }}-settings }\ndata: { version: "0777", quoted: "yes", text: "{{ .Values.image }}" }\n',
    }),
  });

  it('keep their names where nodes have a mirror', async () => {
    const layer = bench.shelf.layer({ pack: 'mirrored' }, { charts: chart('calico/node:v3.25.1') });
    await bench.port().applyLayer(layer, never);
    expect(imagesOf(await workload('Deployment', 'mirrored-web'))).toEqual(['calico/node:v3.25.1']);
  });

  it('come from the site’s registry by digest: those of charts and of their hooks', async () => {
    const port = bench.port({ imageRegistry });
    const layer = (version: string) =>
      bench.shelf.layer({ pack: 'chart', version }, { charts: chart('calico/node:v3.25.1') });
    await port.applyLayer(layer('1.0.0'), never);
    expect(imagesOf(await workload('Deployment', 'chart-web'))).toEqual([node]);
    expect(imagesOf(await workload('Deployment', 'chart-web-hook-1'))).toEqual([busybox]);
    // What is no image is as the chart has it.
    expect(await bench.configMap('chart-web-settings')).toEqual({
      version: '0777',
      quoted: 'yes',
      text: 'calico/node:v3.25.1',
    });
    expect(await bench.status('chart')).toMatchObject({ version: '1.0.0', wait: { level: 'moving' } });
    // An upgrade meets its own fields, and no conflict; a hook that is called by its revision is the right one.
    await port.applyLayer(layer('2.0.0'), never);
    expect(imagesOf(await workload('Deployment', 'chart-web-hook-2'))).toEqual([busybox]);
    const history = await readHistory(bench.objects, { namespace: 'default', name: 'chart-web' });
    expect(history.map(({ status }) => status)).toEqual(['superseded', 'deployed']);
  });

  it('of manifests too: any workload, at any depth, by tag or digest, and what an operator is told', async () => {
    const cronJob = `apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec: { schedule: "0 1 * * *", jobTemplate: { spec: ${job('quay.io:8443/team/tool:1')} } }
`;
    const operator = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: operator }
spec:
  serviceName: operator
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { app: a } }
    spec:
      containers:
        - name: a
          image: docker.io/library/busybox@${digest('9')}
          args: [ "--sidecar-image=calico/node:v3.25.1", "--other=calico/node:v3.25.1" ]
          env: [ { name: RELATED_IMAGE_TOOL, value: "quay.io:8443/team/tool:1" }, { name: X_IMAGE, value: other:2 } ]
        - { name: p, image: "registry.k8s.io/pause:3.10" }
        - { name: q, image: "harbor.example:8443/own:1" }
`;
    const list = `apiVersion: v1
kind: List
items: [ { apiVersion: batch/v1, kind: Job, metadata: { name: once }, spec: ${job('calico/node:v3.25.1')} } ]
`;
    const text = [cronJob, operator, list].join('---\n');
    const layer = bench.shelf.layer({ pack: 'manifests' }, { manifests: { 'manifests/all.yaml': text } });
    await bench.port({ imageRegistry }).applyLayer(layer, never);
    expect(imagesOf(await workload('CronJob', 'nightly'))).toEqual([busybox, tool]);
    expect(imagesOf(await workload('Job', 'once'))).toEqual([node, busybox].toSorted());
    expect(imagesOf(await workload('StatefulSet', 'operator'))).toEqual(
      [busyboxPart, node, tool, 'other:2', 'registry.k8s.io/pause:3.10', 'harbor.example:8443/own:1'].toSorted(),
    );
  });

  it('that the release does not have are refused with the object, before anything is changed', async () => {
    const port = bench.port({ imageRegistry });
    const charts = chart('calico/node:v9');
    await expect(port.applyLayer(bench.shelf.layer({ pack: 'absent' }, { charts }), never)).rejects.toMatchObject({
      code: 'LAYER_IMAGE_MISSING',
      message: expect.stringContaining('calico/node:v9 (Deployment.apps default/absent-web)') as unknown,
    });
    const manifests = { 'manifests/a.yaml': deployment('absent', 'nowhere:1') };
    await expect(port.applyLayer(bench.shelf.layer({ pack: 'absent' }, { manifests }), never)).rejects.toMatchObject({
      code: 'LAYER_IMAGE_MISSING',
    });
    expect(await bench.status('absent')).toBeUndefined();
  });

  it('are pulled with the login that the registry asks for, in every namespace that has pods of them', async () => {
    const pullSecret = { namespace: 'kube-system', name: 'site-registry' };
    const port = bench.port({ imageRegistry: { ...imageRegistry, pullSecret } });
    const values = 'pack: { namespace: private }\n';
    const elsewhere = `apiVersion: v1\nkind: Namespace\nmetadata: { name: beside }\n---\n${deployment('beside', 'busybox:1.36').replace('name: beside,', 'name: beside, namespace: beside,')}---\n${deployment('own', 'harbor.example:8443/own:1')}`;
    const layer = (version: string) =>
      bench.shelf.layer(
        { pack: 'private', version, values },
        { charts: chart('calico/node:v3.25.1'), manifests: { 'manifests/a.yaml': elsewhere } },
      );
    await expect(port.applyLayer(layer('1.0.0'), never)).rejects.toMatchObject({
      code: 'PULL_SECRET_UNUSABLE',
      message: expect.stringContaining('kube-system/site-registry') as unknown,
    });
    expect(await bench.status('private')).toBeUndefined();
    const login = (password: string, registry: string) => {
      const config = JSON.stringify({ auths: { [registry]: { auth: password } } });
      return { '.dockerconfigjson': Buffer.from(config).toString('base64') };
    };
    const secret = (data: unknown): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: pullSecret,
      type: 'kubernetes.io/dockerconfigjson',
      data,
    });
    await bench.objects.create(secret(login('one', 'other.example')));
    await expect(port.applyLayer(layer('1.0.0'), never)).rejects.toThrow(/holds no login to that registry/);
    const of = { apiVersion: 'v1', kind: 'Secret', ...pullSecret };
    await bench.objects.mergePatch(of, { data: login('one', 'https://harbor.example:8443/v2/') });
    await port.applyLayer(layer('1.0.0'), never);
    const copyIn = (namespace: string) => bench.get('v1', 'Secret', 'site-registry', namespace);
    const wanted = [{ name: 'site-registry' }];
    for (const namespace of ['private', 'beside']) {
      const copy = await copyIn(namespace);
      expect(copy?.['data']).toEqual(login('one', 'https://harbor.example:8443/v2/'));
      expect(copy?.['type']).toBe('kubernetes.io/dockerconfigjson');
    }
    for (const name of ['private-web', 'private-web-hook-1']) {
      expect(pullSecretsOf(await workload('Deployment', name, 'private'))).toEqual(wanted);
    }
    expect(pullSecretsOf(await workload('Deployment', 'beside', 'beside'))).toEqual(wanted);
    // The registry asks for it whoever named the image.
    expect(pullSecretsOf(await workload('Deployment', 'own', 'private'))).toEqual(wanted);

    // A password that was changed is changed everywhere with the next layer.
    await bench.objects.mergePatch(of, { data: login('two', 'harbor.example:8443') });
    await port.applyLayer(layer('2.0.0'), never);
    expect((await copyIn('private'))?.['data']).toEqual(login('two', 'harbor.example:8443'));
  });
});
