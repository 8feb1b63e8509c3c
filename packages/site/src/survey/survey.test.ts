import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExaminedLayer } from '@sealift/core/adoption';
import type { KubeObject } from '@sealift/kubernetes/object';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parentOf } from '../cluster/layers/layer-record.ts';
import { LayerBench, never } from '../cluster/layers/testing/layer-bench.ts';
import { allNodes } from './all-nodes.ts';
import { applySetParents } from './apply-set-parents.ts';
import { installedCharts } from './installed-charts.ts';
import { installedProviders } from './installed-providers.ts';
import { recordedLayers } from './recorded-layers.ts';
import { surveyPort } from './survey-port.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const settings = `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-settings }
data: { mode: {{ .Values.mode | quote }} }
`;
const manifest = `apiVersion: v1
kind: ConfigMap
metadata: { name: by-hand }
data: { region: north }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: by-hand-too }
data: { region: south }
`;

describe.skipIf(missing !== undefined)(`a look at a cluster${missing ? ` (${missing.remedy})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-survey-'));
  let cluster: Kubernetes;
  let bench: LayerBench;
  let survey: SurveyPort;
  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    bench = await LayerBench.open(cluster, helm);
    const management = () => Promise.resolve(bench.objects);
    survey = surveyPort({ layers: bench.access, management, cluster: undefined });
  });
  afterAll(async () => {
    bench?.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const chartOf = (version = '1.2.0'): Buffer =>
    packChart(
      helm,
      { 'values.yaml': 'mode: own\nlog: Info\n', 'templates/s.yaml': settings },
      { name: 'web', version },
    );
  /** As a person does it, without Sealift. */
  async function helmDoes(...args: string[]): Promise<void> {
    const archive = join(folder, 'web.tgz');
    writeFileSync(archive, chartOf());
    const all = args.map((arg) => (arg === 'CHART' ? archive : arg));
    await promisify(execFile)(helm.path, [...all, '--kubeconfig', cluster.kubeconfig], {
      env: { ...process.env, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder },
    });
  }
  const charts = () => installedCharts(bench.objects, never);
  const examined = (layer: DesiredLayer): Promise<ExaminedLayer> => survey.examine(layer, never);
  const records = () => recordedLayers(bench.objects, never);

  it('finds the releases that helm made, each by its newest revision, with what its user gave', async () => {
    await helmDoes('install', 'shop', 'CHART', '--set', 'mode=blue,deep.replicas=3');
    const shop = { namespace: 'default', name: 'shop', chart: 'web', version: '1.2.0' };
    const defaults = { mode: 'own', log: 'Info' };
    expect(await charts()).toEqual([
      { ...shop, status: 'deployed', revision: 1, values: { mode: 'blue', deep: { replicas: 3 } }, defaults },
    ]);
    await helmDoes('upgrade', 'shop', 'CHART', '--reset-values');
    expect(await charts()).toEqual([{ ...shop, status: 'deployed', revision: 2, values: {}, defaults }]);
  });

  it('tells of a release whose record cannot be read, and goes on with the others', async () => {
    const record: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'sh.helm.release.v1.broken.v1',
        namespace: 'default',
        labels: { owner: 'helm', name: 'broken', version: '1', status: 'deployed' },
      },
      type: 'helm.sh/release.v1',
      data: { release: Buffer.from('no gzip').toString('base64') },
    };
    await bench.objects.create(record, never);
    expect((await charts()).map(({ name, status }) => [name, status])).toEqual([
      ['broken', 'unreadable'],
      ['shop', 'deployed'],
    ]);
  });

  it('lays a pack out as it would be installed, beside what is there, and changes nothing', async () => {
    const values = 'pack: { namespace: default }\ncharts: { web: { mode: "{{ .spectro.pack.facts.region }}" } }\n';
    const layer = bench.shelf.layer(
      { pack: 'shop', values, profile: { facts: 'region: north\n' } },
      { charts: { 'charts/web.tgz': chartOf() } },
    );
    expect(await examined(layer)).toEqual({
      charts: [{ chart: 'web', version: '1.2.0', namespace: 'default', name: 'shop-web', values: { mode: 'north' } }],
      objects: 0,
      others: [],
    });
    expect(await records()).toEqual([]);
  });

  it('compares the objects of manifests with those of the cluster, by what would change', async () => {
    const layer = bench.shelf.layer({ pack: 'by-hand' }, { manifests: { 'manifests/m.yaml': manifest } });
    const missingBoth = { charts: [], objects: 2 };
    expect(await examined(layer)).toMatchObject({
      ...missingBoth,
      others: [{ state: 'missing' }, { state: 'missing' }],
    });
    const made = (name: string, region: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', labels: { team: 'site' } },
      data: { region },
    });
    for (const body of [made('by-hand', 'north'), made('by-hand-too', 'west')]) {
      const path = '/api/v1/namespaces/default/configmaps';
      await bench.client.ask({ method: 'POST', path, query: { fieldManager: 'kubectl-create' }, body });
    }
    const before = await bench.get('v1', 'ConfigMap', 'by-hand-too', 'default');
    expect((await examined(layer)).others).toEqual([
      { object: 'ConfigMap default/by-hand-too', state: 'differs', detail: 'other values at .data.region' },
    ]);
    expect(await bench.get('v1', 'ConfigMap', 'by-hand-too', 'default')).toEqual(before);
  });

  it('writes down a layer that others installed: it is healthy then, and the next version is applied over it', async () => {
    const pack = { pack: 'shop', version: '1.2.0', values: 'pack: { releaseNameOverride: { web: shop } }\n' };
    const layer = bench.shelf.layer(pack, {
      charts: { 'charts/web.tgz': chartOf() },
      manifests: { 'manifests/m.yaml': manifest },
    });
    await survey.record(layer, never);
    const { version, digest, valuesHash } = layer;
    expect(await records()).toEqual([
      {
        layer: 'addon',
        pack: 'shop',
        version,
        digest,
        valuesHash,
        values: layer.values,
        unfinished: false,
        object: 'Secret sealift-system/layer-addon-shop',
      },
    ]);
    expect(await bench.status('shop')).toMatchObject({ version, digest, valuesHash, wait: null });
    const before = await records();
    await survey.record({ ...layer, values: 'other: 1\n', valuesHash: hashOfValues('other: 1\n') }, never);
    expect(await records()).toEqual(before);

    const next = bench.shelf.layer(
      { ...pack, version: '1.3.0', values: `${pack.values}charts: { web: { mode: green } }\n` },
      { charts: { 'charts/web.tgz': chartOf('1.3.0') }, manifests: { 'manifests/m.yaml': manifest } },
    );
    await expect(bench.port().applyLayer(next, never)).rejects.toMatchObject({ code: 'KUBERNETES_FIELD_CONFLICT' });
    await bench.objects.mergePatch(
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'by-hand-too' },
      { data: { region: 'south' } },
      never,
    );
    await bench.port().applyLayer(next, never);
    expect(await bench.status('shop')).toMatchObject({ version: '1.3.0', wait: null });
    expect(await bench.configMap('shop-settings')).toEqual({ mode: 'green' });
    expect((await charts()).find(({ name }) => name === 'shop')).toMatchObject({ version: '1.3.0', revision: 3 });
  });

  it('finds what Sealift applied with its values, however long, as long as the Secret has room', async () => {
    const text = (of: string): string => `# ${of}\nkey: "{{ .spectro.system.cluster.uid }}"\n`;
    const long = `${text('long')}# ${'ä comment that is long '.repeat(100_000)}\n`;
    for (const [name, values] of [
      ['short', text('short')],
      ['long', long],
    ] as const) {
      const layer = bench.shelf.layer(
        { pack: name, values },
        { manifests: { 'm.yaml': manifest.replaceAll('by-hand', name) } },
      );
      await bench.port().applyLayer(layer, never);
      const found = (await records()).find(({ pack }) => pack === name);
      // Not shown where it fails: it is long.
      expect([found?.values === values, found?.unfinished]).toEqual([true, false]);
    }
    const random = Array.from({ length: 2_000_000 }, () => Math.floor(Math.random() * 36).toString(36)).join('');
    const noise = bench.shelf.layer(
      { pack: 'noise', values: `# ${random}\n` },
      { manifests: { 'm.yaml': manifest.replaceAll('by-hand', 'noise') } },
    );
    await bench.port().applyLayer(noise, never);
    const found = (await records()).find(({ pack }) => pack === 'noise');
    expect([found?.values === null, found?.valuesHash]).toEqual([true, noise.valuesHash]);
  });

  it('does not take values for known that are not those of the record', async () => {
    const { namespace, name } = parentOf({ layer: 'addon', pack: 'short' });
    const of = { apiVersion: 'v1', kind: 'Secret', namespace, name };
    for (const values of ['bm90IHBhY2tlZA==', Buffer.from('x').toString('base64')]) {
      await bench.objects.mergePatch(of, { data: { values } }, never);
      expect((await records()).find(({ pack }) => pack === 'short')?.values).toBeNull();
    }
  });

  it('knows the parents of apply sets by who made them', async () => {
    const kubectl: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'theirs',
        namespace: 'default',
        labels: { 'applyset.kubernetes.io/id': 'applyset-x-v1' },
        annotations: { 'applyset.kubernetes.io/tooling': 'kubectl/v1.36' },
      },
    };
    await bench.objects.create(kubectl, never);
    const found = await applySetParents(bench.objects, never);
    expect(found).toContainEqual({ object: 'ConfigMap default/theirs', tooling: 'kubectl/v1.36' });
    expect(found).toContainEqual({ object: 'Secret sealift-system/layer-addon-shop', tooling: 'sealift/v1' });
  });

  it('knows Cluster API providers by the image of their manager', async () => {
    const provider = (label: string, image: string): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: label, namespace: 'default', labels: { 'cluster.x-k8s.io/provider': label } },
      spec: {
        selector: { matchLabels: { of: label } },
        template: {
          metadata: { labels: { of: label } },
          spec: {
            containers: [
              { name: 'proxy', image: 'p:9' },
              { name: 'manager', image },
            ],
          },
        },
      },
    });
    const digest = `sha256:${'a'.repeat(64)}`;
    for (const one of [
      provider('cluster-api', `registry.example:5000/core:v1.10.4@${digest}`),
      provider('infrastructure-vsphere', 'registry.example:5000/capv:1.13.1'),
      provider('bootstrap-kubeadm', `registry.example:5000/by-digest@${digest}`),
      provider('infrastructure-other', 'x:v1.0.0'),
    ]) {
      await bench.objects.create(one, never);
    }
    expect(await installedProviders(bench.objects, never)).toEqual([
      { name: 'core', version: '1.10.4', object: 'Deployment.apps default/cluster-api' },
      { name: 'vsphere', version: '1.13.1', object: 'Deployment.apps default/infrastructure-vsphere' },
    ]);
  });

  it('lists a node that no machine tells of: nobody knows what it was made from', async () => {
    const labels = { 'node-role.kubernetes.io/control-plane': '' };
    await bench.objects.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'stray', labels } }, never);
    const machine = { machine: 'known', phase: 'Running', since: null } as const;
    const runs = { version: '1', template: 't', ready: true, message: '' } as const;
    const known = { name: 'known', role: 'worker', ...runs, ...machine } as const;
    expect(await allNodes(bench.objects, [known], never)).toMatchObject([
      known,
      { name: 'stray', role: 'control-plane', template: '', ready: false },
    ]);
  });
});
