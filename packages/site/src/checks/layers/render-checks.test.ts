import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Check } from '@sealift/core/check';
import { Secret } from '@sealift/core/secret';
import { readsUpgradesAnnotation, upgradeFormat } from '@sealift/core/upgrade';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LayersAccess, openTools } from '../../cluster/layers/layers-access.ts';
import { manifestsPort } from '../../cluster/layers/manifests-port.ts';
import { LayerBench } from '../../cluster/layers/testing/layer-bench.ts';
import type { LayerMove } from './layer-move.ts';
import { renderChecks } from './render-checks.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);
const digest = `sha256:${'1'.repeat(64)}`;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec: { selector: { matchLabels: { app: a } }, template: { metadata: { labels: { app: a } }, spec: { containers: [ { name: a, image: "{{ .Values.image }}" } ] } } }
`;

describe.skipIf(missing !== undefined)(`checks of layers${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let bench: LayerBench;
  const servers: Server[] = [];
  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    bench = await LayerBench.open(cluster, helm);
    bench.shelf.pinned = { images: [{ name: 'docker.io/calico/node:v3.25.1', digest }], elsewhere: [], tools: [] };
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });
  afterAll(async () => {
    bench?.close();
    await cluster?.stop();
  });
  const chart = () => ({
    'charts/web.tgz': packChart(helm, {
      'values.yaml': 'image: calico/node:v3.25.1\n',
      'templates/w.yaml': deployment,
    }),
  });
  const look = async (layers: readonly DesiredLayer[] | null, over: Partial<LayersAccess> = {}) => {
    const access = { ...bench.access, ...over };
    const open: LayerMove = { layer: 'addon', pack: 'open', now: undefined, next: undefined, doing: 'apply' };
    const moves =
      layers === null
        ? [open]
        : layers.map(
            (next): LayerMove => ({ layer: next.layer, pack: next.pack, now: undefined, next, doing: 'apply' }),
          );
    const checks = await Promise.all(
      renderChecks(
        (cancel) => openTools(access, cancel),
        { layers: () => Promise.resolve(moves), kubernetes: '1.37.2' },
        access.imageRegistry,
      ),
    );
    return Object.fromEntries(checks.map((one): [string, Check] => [one.name, one]));
  };

  it('pass where packs render and every image is in the release, and change nothing', async () => {
    const found = await look([bench.shelf.layer({ pack: 'good' }, { charts: chart() })]);
    expect(found).toMatchObject({
      'layers-render': { outcome: 'pass', detail: '1 packs' },
      'images-known': { outcome: 'pass', detail: '1 images' },
    });
    expect(await bench.status('good')).toBeUndefined();
    expect(Object.keys(found)).not.toContain('images-pullable');
  });

  it('render what people are shown as manifests, with the values that they are given', async () => {
    const values = 'charts: { web: { image: "calico/node:v9" } }';
    const layer = bench.shelf.layer({ pack: 'shown', values }, { charts: chart() });
    const { text, objects, omitted } = await manifestsPort(bench.access).render(layer, AbortSignal.timeout(60_000));
    expect([objects, omitted]).toEqual([1, 0]);
    expect(text).toContain('kind: Deployment');
    expect(text).toContain('image: calico/node:v9');
    expect(await bench.status('shown')).toBeUndefined();
  });

  it('block what would be an ImagePullBackOff, with the image and the object: of a chart, of a manifest, by the site’s values', async () => {
    const ofChart = { pack: 'newer', values: 'charts: { web: { image: "calico/node:v9" } }' };
    const manifests = { 'manifests/a.yaml': deployment.replace('{{ .Release.Name }}', 'plain') };
    const ofManifest = { pack: 'plain', values: 'manifests: { a: { image: "nowhere.example/tool:1" } }' };
    const found = await look([
      bench.shelf.layer(ofChart, { charts: chart() }),
      bench.shelf.layer(ofManifest, { manifests }),
    ]);
    expect(found['images-known']).toMatchObject({ outcome: 'block', remedy: expect.stringContaining('values') });
    expect(found['images-known']?.detail).toContain('calico/node:v9 (Deployment.apps newer-web)');
    expect(found['images-known']?.detail).toContain('nowhere.example/tool:1 (Deployment.apps plain)');
    expect(found['layers-render']).toMatchObject({ outcome: 'pass' });
  });

  it('block a console that cannot go on with the upgrade that brings it, and name it', async () => {
    const bringing = (reads: string) => {
      const of = `metadata: { name: own, annotations: { ${readsUpgradesAnnotation}: "${reads}" } }`;
      const manifest = deployment
        .replace('metadata: { name: {{ .Release.Name }} }', of)
        .replace('{{ .Values.image }}', 'calico/node:v3.25.1');
      return bench.shelf.layer({ pack: `own-${reads.length}` }, { manifests: { 'manifests/a.yaml': manifest } });
    };
    const older = await look([bringing(String(upgradeFormat + 1))]);
    expect(older['console-reads']).toMatchObject({
      outcome: 'block',
      detail: `Deployment.apps own reads upgrades of format ${upgradeFormat + 1}, and this one is stored in format ${upgradeFormat}`,
      remedy: expect.stringContaining('reads both'),
    });
    expect(older['console-reads']?.risk).toBeUndefined();
    const both = await look([bringing(`${upgradeFormat}, ${upgradeFormat + 1}`)]);
    expect(both['console-reads']).toMatchObject({
      outcome: 'pass',
      detail: expect.stringContaining('own reads format'),
    });
    const none = await look([bench.shelf.layer({ pack: 'good' }, { charts: chart() })]);
    expect(none['console-reads']).toMatchObject({ outcome: 'pass', detail: 'The upgrade brings none' });
  });

  it('block an object of a kind that nobody serves, of a chart and of a manifest, which a person may accept; not one that a layer before it defines', async () => {
    const berth = 'apiVersion: dock.example.com/v1\nkind: Berth\nmetadata: { name: one }\n';
    const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: berths.dock.example.com }
spec:
  group: dock.example.com
  scope: Namespaced
  names: { kind: Berth, plural: berths }
  versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } } ]
`;
    const ofChart = bench.shelf.layer(
      { pack: 'berth-chart' },
      { charts: { 'charts/b.tgz': packChart(helm, { 'templates/b.yaml': berth }, { name: 'berth' }) } },
    );
    const ofManifest = bench.shelf.layer({ pack: 'berth' }, { manifests: { 'manifests/b.yaml': berth } });
    const defining = bench.shelf.layer(
      { pack: 'berth-definition' },
      { charts: { 'charts/d.tgz': packChart(helm, { 'crds/berths.yaml': definition }, { name: 'berths' }) } },
    );
    const { 'kinds-served': unserved } = await look([ofChart, ofManifest]);
    expect(unserved).toMatchObject({
      outcome: 'block',
      remedy: expect.stringContaining('Install what defines the kind'),
      items: [
        { place: 'addon/berth-chart: Berth.dock.example.com one' },
        { place: 'addon/berth: Berth.dock.example.com one' },
      ],
      risk: { consequence: expect.stringContaining('stops in its middle') },
    });
    expect((await look([defining, ofChart, ofManifest]))['kinds-served']).toMatchObject({ outcome: 'pass' });
    const late = (await look([ofManifest, defining]))['kinds-served'];
    expect(late).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining('later, with addon/berth-definition'),
    });
    expect(late?.risk).toBeUndefined();
    const broken = packChart(helm, { 'templates/w.yaml': '{{ fail "no mode is given" }}\n' }, { name: 'broken' });
    const blind = await look([bench.shelf.layer({ pack: 'unrendered' }, { charts: { 'charts/b.tgz': broken } })]);
    expect(blind['kinds-served']).toMatchObject({
      outcome: 'unknown',
      detail: expect.stringContaining('addon/unrendered'),
    });
  });

  it('block a variable that nothing sets, and a chart that does not render, by their layer', async () => {
    const unset = { pack: 'unset', values: 'charts: { web: { image: "{{ .spectro.var.image }}" } }' };
    const broken = packChart(helm, { 'templates/w.yaml': '{{ fail "no mode is given" }}\n' }, { name: 'broken' });
    const found = await look([
      bench.shelf.layer(unset, { charts: chart() }),
      bench.shelf.layer({ pack: 'broken' }, { charts: { 'charts/b.tgz': broken } }),
    ]);
    expect(found['layers-render']).toMatchObject({ outcome: 'block', remedy: expect.any(String) });
    expect(found['layers-render']?.detail).toContain('addon/unset: nothing sets .spectro.var.image');
    expect(found['layers-render']?.detail).toMatch(/addon\/broken: .*no mode is given/);
  });

  it('name a certificate that was put there by hand and would be replaced, and accept nobody’s silence about it', async () => {
    const tls = (certificate: string) => ({
      'tls.crt': Buffer.from(certificate).toString('base64'),
      'tls.key': 'a2V5',
    });
    await bench.objects.create({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: 'ui-certificate', namespace: 'default' },
      data: tls('custom'),
    });
    const path = '/api/v1/namespaces/default/secrets/ui-certificate';
    await bench.client.ask({
      method: 'PATCH',
      path,
      query: { fieldManager: 'kubectl-edit' },
      body: { data: tls('by hand') },
    });
    const template = (value: string) => `apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: { name: ui-certificate }
data: { tls.crt: ${Buffer.from(value).toString('base64')}, tls.key: a2V5 }
`;
    const ui = (value: string) => {
      const charts = { 'charts/ui.tgz': packChart(helm, { 'templates/c.yaml': template(value) }, { name: 'ui' }) };
      return bench.shelf.layer({ pack: 'ui' }, { charts });
    };
    expect((await look([ui('made by the chart')]))['names-stay']).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining('kubectl-edit has set it'),
      risk: { objects: ['Secret default/ui-certificate'] },
    });
    expect((await look([ui('by hand')]))['names-stay']).toMatchObject({ outcome: 'pass' });
  });

  it('name a quota without room for the pods that come', async () => {
    const kind = { apiVersion: 'v1', kind: 'ResourceQuota' };
    const metadata = { name: 'small', namespace: 'default' };
    await bench.objects.create({ ...kind, metadata, spec: { hard: { pods: '1' } } });
    const status = async (pods: string) =>
      await bench.objects.setStatus({ ...kind, ...metadata }, { hard: { pods }, used: { pods: '1' } });
    const layers = [bench.shelf.layer({ pack: 'good' }, { charts: chart() })];
    await status('1');
    expect((await look(layers))['quota-room']).toMatchObject({
      outcome: 'block',
      detail: 'ResourceQuota default/small has 0 of 1 pods left, and pods that come need 1 at a time',
    });
    await status('2');
    expect((await look(layers))['quota-room']).toMatchObject({ outcome: 'pass' });
    await bench.objects.delete({ ...kind, ...metadata });
  });

  it('name a host port that somebody else has on a node, and who has it', async () => {
    const { objects } = bench;
    const exporter = deployment
      .replace('kind: Deployment', 'kind: DaemonSet')
      .replace('{{ .Release.Name }}, ', 'exporter, namespace: default, ')
      .replace('{{ .Release.Name }}', 'exporter, namespace: default')
      .replace('"{{ .Values.image }}"', '"calico/node:v3.25.1", ports: [ { containerPort: 9100, hostPort: 9100 } ]');
    const layers = [bench.shelf.layer({ pack: 'exporter' }, { manifests: { 'manifests/a.yaml': exporter } })];
    await objects.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'w1' } });
    expect((await look(layers))['host-ports']).toMatchObject({ outcome: 'pass' });
    const ports = [{ containerPort: 9100, hostPort: 9100 }];
    const made = await objects.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', name: 'monitor' },
      spec: { nodeName: 'w1', containers: [{ name: 'a', image: 'a', ports }] },
    });
    expect(made).toBe(true);
    expect((await look(layers))['host-ports']).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining('on w1 it is Pod default/monitor that has it'),
      risk: { objects: ['DaemonSet default/exporter 9100/TCP'] },
    });
  });

  it('find the variables of the site in their file, as it is now, or in its settings', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-variables-'));
    try {
      const file = join(folder, 'variables.yaml');
      writeFileSync(file, 'image: calico/node:v3.25.1\n');
      const values = 'charts: { web: { image: "{{ .spectro.var.image }}" } }';
      const layers = [bench.shelf.layer({ pack: 'set', values }, { charts: chart() })];
      expect(await look(layers, { variables: { file } })).toMatchObject({
        'layers-render': { outcome: 'pass' },
        'images-known': { outcome: 'pass', detail: '1 images' },
      });
      const text = new Secret('image: nowhere:1\n');
      expect(await look(layers, { variables: { text } })).toMatchObject({ 'images-known': { outcome: 'block' } });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const named = (image: string) => {
    const text = deployment.replace('{{ .Release.Name }}', 'named').replace('{{ .Values.image }}', image);
    return [bench.shelf.layer({ pack: 'named' }, { manifests: { 'manifests/a.yaml': text } })];
  };

  it('believe no digest that the release does not pin, but where its content is there', async () => {
    const part = `calico/node@sha256:${'2'.repeat(64)}`;
    const known = async (image: string) => (await look(named(image)))['images-known'];
    expect(await known(`calico/node@${digest}`)).toMatchObject({ outcome: 'pass' });
    expect(await known(part)).toMatchObject({ outcome: 'block', detail: expect.stringContaining(part) });
    bench.shelf.held.set(part, `sha256:${'2'.repeat(64)}`);
    expect(await known(part)).toMatchObject({ outcome: 'pass' });
  });

  it('block a name that leads to other content where nodes pull by it, and not where they pull by digest', async () => {
    const image = 'calico/node:v3.25.1';
    bench.shelf.held.set(image, `sha256:${'3'.repeat(64)}`);
    try {
      expect((await look(named(image)))['images-known']).toMatchObject({
        outcome: 'block',
        detail: expect.stringContaining(`under the names of ${image} (Deployment.apps`),
        risk: { objects: [image] },
      });
      const imageRegistry = { registry: '127.0.0.1:1', base: '' };
      expect((await look(named(image), { imageRegistry }))['images-known']).toMatchObject({ outcome: 'pass' });
    } finally {
      bench.shelf.held.clear();
    }
  });

  it('ask the image registry for what values name there, by tag and by digest', async () => {
    const part = `sha256:${'2'.repeat(64)}`;
    const has = new Set<string>();
    const server = createServer(({ url = '' }, response) => {
      if (url === '/v2/') response.end('{}');
      else if (!has.has(url)) response.writeHead(404).end();
      else {
        const type = 'application/vnd.oci.image.manifest.v1+json';
        response.writeHead(200, { 'content-type': type, 'content-length': 2, 'docker-content-digest': part }).end();
      }
    });
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const over = { imageRegistry: { registry, base: 'sealift/images' } };
    for (const [image, path] of [
      [`${registry}/own/tool:1`, '/v2/own/tool/manifests/1'],
      [`${registry}/own/tool@${part}`, `/v2/own/tool/manifests/${part}`],
      [`calico/node@${part}`, `/v2/sealift/images/docker.io/calico/node/manifests/${part}`],
    ] as const) {
      bench.shelf.held.set(image, part);
      const pullable = async () => (await look(named(image), over))['images-pullable'];
      expect(await pullable()).toMatchObject({ outcome: 'block', detail: `${registry} does not have ${image}` });
      has.add(path);
      expect(await pullable()).toMatchObject({ outcome: 'pass', detail: `1 images at ${registry}` });
    }
    const { detail } = (await look(named(`${registry}/own/tool:1`), over))['images-known'] ?? {};
    expect(detail).toContain('1 of them not of the release');
  });

  it('say that they did not look while conflicts are open', async () => {
    expect(await look(null)).toMatchObject({
      'layers-render': { outcome: 'warn' },
      'images-known': { outcome: 'warn' },
    });
  });

  it('ask the image registry as the nodes will, with their login', async () => {
    const layers = [bench.shelf.layer({ pack: 'good' }, { charts: chart() })];
    const auth = Buffer.from('node:right').toString('base64');
    let has = true;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.headers.authorization !== `Basic ${auth}`) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
      } else if (request.url === '/v2/') response.writeHead(200).end('{}');
      else if (has) {
        const type = 'application/vnd.oci.image.manifest.v1+json';
        response.writeHead(200, { 'content-type': type, 'content-length': 2, 'docker-content-digest': digest }).end();
      } else response.writeHead(404).end();
    });
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pullSecret = { namespace: 'default', name: 'login' };
    const over = { imageRegistry: { registry, base: 'sealift/images', pullSecret } };
    const pullable = async () => (await look(layers, over))['images-pullable'];
    expect(await pullable()).toMatchObject({ outcome: 'block', detail: expect.stringContaining('it is not there') });
    const data = (login: string) => {
      const config = JSON.stringify({ auths: { [registry]: { auth: login } } });
      return { '.dockerconfigjson': Buffer.from(config).toString('base64') };
    };
    const of = { apiVersion: 'v1', kind: 'Secret', ...pullSecret };
    const type = 'kubernetes.io/dockerconfigjson';
    const { apiVersion, kind } = of;
    await bench.objects.create({ apiVersion, kind, metadata: pullSecret, type, data: data(auth) });
    expect(await pullable()).toMatchObject({ outcome: 'pass', detail: `1 images at ${registry}` });
    expect(asked).toContain(`/v2/sealift/images/docker.io/calico/node/manifests/${digest}`);
    has = false;
    expect(await pullable()).toMatchObject({
      outcome: 'block',
      detail: `${registry} does not have calico/node:v3.25.1`,
    });
    await bench.objects.mergePatch(of, { data: data(Buffer.from('node:wrong').toString('base64')) });
    expect(await pullable()).toMatchObject({ outcome: 'block', remedy: expect.stringContaining('Secret') });
    const away = { imageRegistry: { registry: '127.0.0.1:1', base: '' } };
    expect((await look(layers, away))['images-pullable']).toMatchObject({ outcome: 'warn' });
  });
});
