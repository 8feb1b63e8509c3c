import { gzipSync } from 'node:zlib';
import { SealiftError } from '@sealift/core/errors';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { StaleKind } from '@sealift/kubernetes/stale-versions';
import { versionWriters } from '@sealift/kubernetes/version-writers';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LayerBench, never } from '../cluster/layers/testing/layer-bench.ts';
import { apiVersionsCheck, judgeVersions, type UsedVersions } from './api-versions.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const text = (match: string): string => expect.stringContaining(match) as string;
const object = (apiVersion: string, kind: string): KubeObject => ({ apiVersion, kind, metadata: { name: 'one' } });
const nothing: UsedVersions = {
  coming: [],
  open: [],
  unrendered: [],
  foreign: [],
  recorded: [],
  requested: [],
  stale: [],
};
const stale: StaleKind = {
  definition: 'tugs.harbor.example.com',
  group: 'harbor.example.com',
  kind: 'Tug',
  stored: ['v1alpha1'],
  lasting: ['v1'],
  target: 'v1',
  managed: ['v1alpha1'],
  objects: { total: 3, managed: 2 },
  trouble: null,
};

describe('API versions that go', () => {
  const classes = object('storage.k8s.io/v1beta1', 'VolumeAttributesClass');

  it('block where a layer brings them or helm has recorded them, from the Kubernetes on that removes them', () => {
    const coming = [{ place: 'addon/shop', object: classes }];
    expect(judgeVersions({ ...nothing, coming }, '1.36.3')).toMatchObject({ outcome: 'pass' });
    expect(judgeVersions({ ...nothing, coming }, '1.37.2')).toMatchObject({
      outcome: 'block',
      detail: text('storage.k8s.io/v1beta1 is not served from Kubernetes 1.37 on'),
    });
    const recorded = [{ place: 'addon/shop, release shop/web', object: classes }];
    expect(judgeVersions({ ...nothing, recorded }, '1.37.2')).toMatchObject({
      outcome: 'block',
      remedy: text('Helm fails'),
    });
  });

  it('are a warning where a release of somebody else has them', () => {
    const foreign = [{ place: 'release monitoring/grafana of Helm', object: classes }];
    expect(judgeVersions({ ...nothing, foreign }, '1.37.2')).toMatchObject({
      outcome: 'warn',
      detail: text('release monitoring/grafana of Helm: VolumeAttributesClass'),
      remedy: text('its owner'),
    });
    expect(judgeVersions({ ...nothing, foreign }, '1.36.3')).toMatchObject({ outcome: 'pass' });
  });

  it('are a warning where somebody asks for them', () => {
    const [group, version, resource] = ['networking.k8s.io', 'v1beta1', 'servicecidrs'];
    const name = `${group}/${version} ${resource}`;
    const requested = [{ name, group, version, resource, removedIn: 37, writers: ['helm (extra)'] }];
    expect(judgeVersions({ ...nothing, requested }, '1.37.2')).toMatchObject({
      outcome: 'warn',
      detail: text('servicecidrs: helm (extra) and maybe others ask for it'),
    });
    expect(judgeVersions({ ...nothing, requested }, '1.36.3')).toMatchObject({ outcome: 'pass' });
  });

  it('of stored objects are counted, and block only where there is no way out of them', () => {
    expect(judgeVersions({ ...nothing, stale: [stale] }, '1.37.2')).toMatchObject({
      outcome: 'pass',
      items: [{ place: 'tugs.harbor.example.com', text: text('3 objects may be stored in v1alpha1') }],
    });
    expect(judgeVersions({ ...nothing, stale: [{ ...stale, target: undefined }] }, '1.37.2')).toMatchObject({
      outcome: 'block',
    });
  });

  it('give no all-clear where they cannot be known', () => {
    const trouble = new SealiftError('KUBERNETES_UNAVAILABLE', { values: { reason: 'its webhook is away' } });
    expect(judgeVersions({ ...nothing, stale: [{ ...stale, objects: null, trouble }] }, '1.37.2')).toMatchObject({
      outcome: 'unknown',
    });
    expect(judgeVersions({ ...nothing, requested: undefined }, '1.37.2')).toMatchObject({ outcome: 'warn' });
    expect(judgeVersions({ ...nothing, open: ['addon/shop'] }, '1.37.2')).toMatchObject({
      outcome: 'warn',
      detail: text('addon/shop'),
      remedy: text('Settle'),
    });
    const failure = new SealiftError('HELM_FAILED', { values: { verb: 'render', release: 'web', reason: 'a quote' } });
    const unrendered = [{ place: 'addon/shop', failure }];
    const unknown = judgeVersions({ ...nothing, unrendered }, '1.37.2');
    expect(unknown).toMatchObject({
      outcome: 'unknown',
      detail: text('addon/shop'),
      remedy: text('in the values of the layer'),
    });
    // Nothing was begun that could be resumed.
    expect(unknown.remedy).not.toContain('resume');
    expect(judgeVersions(nothing, '1.44.0')).toMatchObject({ outcome: 'warn', detail: text('not known here') });
  });
});

const peers = [peer('helm'), peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

describe.skipIf(missing !== undefined)(`API versions in use${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let bench: LayerBench;
  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    bench = await LayerBench.open(cluster, peers[0]);
  });
  afterAll(async () => {
    bench?.close();
    await cluster?.stop();
  });

  it('are read of the API server and of what the layers bring', async () => {
    const layer = (version: string, all: string) =>
      bench.shelf.layer({ pack: 'batch', version }, { manifests: { 'manifests/all.yaml': all } });
    const now = layer('1.0.0', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: batch, namespace: default }\n');
    await bench.port().applyLayer(now, never);
    const look = async (next: typeof now | undefined, before = now) =>
      await apiVersionsCheck(
        (cancel) => bench.tools(cancel),
        {
          kubernetes: '1.37.2',
          layers: () =>
            Promise.resolve([
              { layer: 'addon', pack: 'batch', now: before, next, doing: next === undefined ? 'nothing' : 'apply' },
            ]),
        },
        { timeoutMs: 60_000 },
      );
    expect(await look(now)).toMatchObject({ outcome: 'pass', detail: text('1 objects of layers') });
    const old = layer(
      '2.0.0',
      'apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: { name: batch, namespace: default }\n',
    );
    const blocked = {
      outcome: 'block',
      detail: text('CronJob.batch default/batch: batch/v1beta1 is not served'),
    };
    expect(await look(old)).toMatchObject(blocked);
    // One that the upgrade leaves alone is of the target too.
    expect(await look(undefined, old)).toMatchObject(blocked);
  });

  it('are read of the newest revision of releases of others, and of no older one', async () => {
    const release = async (version: number, manifest: string) => {
      const record = { name: 'theirs', namespace: 'default', version, manifest, info: { status: 'deployed' } };
      const packed = gzipSync(JSON.stringify(record)).toString('base64');
      const labels = { owner: 'helm', name: 'theirs', version: String(version), status: 'deployed' };
      await bench.objects.create({
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'helm.sh/release.v1',
        metadata: { name: `sh.helm.release.v1.theirs.v${version}`, namespace: 'default', labels },
        data: { release: Buffer.from(packed).toString('base64') },
      });
    };
    const look = async () =>
      await apiVersionsCheck(
        (cancel) => bench.tools(cancel),
        { kubernetes: '1.37.2', layers: () => Promise.resolve([]) },
        { timeoutMs: 60_000 },
      );
    const old = 'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: theirs }\n';
    await release(1, old);
    await release(2, old.replace('v1beta1', 'v1'));
    expect(await look()).toMatchObject({ outcome: 'pass' });
    await release(3, old);
    expect(await look()).toMatchObject({
      outcome: 'warn',
      detail: text('release default/theirs of Helm: PodDisruptionBudget.policy theirs'),
    });
  });

  it('name who has written objects in a version that goes', async () => {
    const group = 'harbor.example.com';
    const version = (name: string, storage: boolean) => ({
      name,
      served: true,
      storage,
      schema: { openAPIV3Schema: { type: 'object' } },
    });
    await bench.objects.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `tugs.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names: { kind: 'Tug', plural: 'tugs' },
        versions: [version('v1alpha1', false), version('v1', true)],
      },
    });
    await waitUntil('the tug to be taken', async () => {
      const tug = { apiVersion: `${group}/v1alpha1`, kind: 'Tug', metadata: { name: 'one', labels: { of: 'harbor' } } };
      return await bench.objects.create(tug).catch(() => false);
    });
    const api = { name: '', group, version: 'v1alpha1', resource: 'tugs', removedIn: 37 };
    expect(await versionWriters(bench.objects, api)).toEqual(['sealift (one)']);
    // Nobody wrote it in this one, and of a kind that nobody knows there is nobody.
    expect(await versionWriters(bench.objects, { ...api, version: 'v1' })).toEqual([]);
    expect(await versionWriters(bench.objects, { ...api, resource: 'barges' })).toEqual([]);
  });
});
