import { peer } from '@sealift/testkit/peers';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { packChart } from '@sealift/testkit/sample-chart';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KubernetesClient } from '../connection/client.ts';
import { readManifest } from '../objects/manifest.ts';
import type { KubeObject } from '../objects/object.ts';
import { Objects } from '../objects/objects.ts';
import { Helm } from './helm.ts';
import { fieldsShown, inspectUpgrade } from './inspect.ts';
import { placed } from './placed.ts';
import { HelmProgram } from './program.ts';
import { isPending } from './release-record.ts';
import { readHistory, recordFailed, recordManifest, stateOf } from './releases.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helmPeer = peer('helm');
const peers = [helmPeer, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec: { containers: [ { name: web, image: "example/web:1" } ] }
`;
const settings =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }}-settings }\ndata: { mode: "{{ .Values.mode }}" }\n';
/** A hook that never ends: there is nobody who runs Jobs. */
const endlessHook = `apiVersion: batch/v1
kind: Job
metadata: { name: {{ .Release.Name }}-prepare, annotations: { "helm.sh/hook": "pre-upgrade" } }
spec: { template: { spec: { restartPolicy: Never, containers: [ { name: prepare, image: "example/prepare:1" } ] } } }
`;
const values = { replicas: 1, mode: 'a' };
const readManifests = (text: string, file: string): readonly KubeObject[] =>
  readManifest(text, file).map(({ object }) => object);
const yaml = 'replicas: 9\nmode: default\n';

describe.skipIf(missing !== undefined)(`helm at a cluster${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let client: KubernetesClient;
  let objects: Objects;
  let helm: Helm;
  const chart = (files: Readonly<Record<string, string>>): Buffer =>
    packChart(helmPeer, { 'values.yaml': yaml, ...files });
  const place = (name: string) => ({ namespace: 'default', name });
  const get = (apiVersion: string, kind: string, name: string): Promise<KubeObject | undefined> =>
    objects.get({ apiVersion, kind, namespace: 'default', name });
  const state = async (name: string) => stateOf(await readHistory(objects, place(name)));

  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    client = await KubernetesClient.connect({ kubeconfig: cluster.kubeconfig });
    objects = new Objects(client);
    helm = new Helm(await HelmProgram.open({ path: helmPeer.path }), { kubeconfig: cluster.kubeconfig });
  });
  afterAll(async () => {
    client?.close();
    await cluster?.stop();
  });

  it('renders without changing anything, installs, upgrades by server-side apply, and removes', async () => {
    const run = { ...place('web'), chart: chart({ 'templates/web.yaml': web, 'templates/s.yaml': settings }), values };
    const { manifest, hooks } = await helm.render(run);
    expect(readManifests(manifest, 'web').map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment']);
    expect(hooks).toEqual([]);
    expect(await state('web')).toEqual({ last: undefined, deployed: undefined });

    await helm.upgrade({ ...run, labels: { 'sealift.dev/attempt': 'one' } });
    const first = await state('web');
    expect(first.last).toMatchObject({ revision: 1, status: 'deployed', serverSide: true, namespace: 'default' });
    expect(first.last?.labels).toMatchObject({ 'sealift.dev/attempt': 'one' });
    expect(readManifests(first.last?.manifest ?? '', 'web')).toHaveLength(2);
    expect((await get('apps/v1', 'Deployment', 'web'))?.['spec']).toMatchObject({ replicas: 1 });

    // Values of before are not kept: what the layer says is all there is.
    await helm.upgrade({ ...run, values: { replicas: 2 } });
    expect((await get('v1', 'ConfigMap', 'web-settings'))?.['data']).toEqual({ mode: 'default' });
    expect(await state('web')).toMatchObject({ last: { revision: 2 }, deployed: { revision: 2 } });

    for (let time = 0; time < 2; time += 1) await helm.uninstall(place('web'));
    expect(await get('apps/v1', 'Deployment', 'web')).toBeUndefined();
    expect(await readHistory(objects, place('web'))).toEqual([]);
  });

  it('leaves nothing of its access behind', () => {
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`sealift-helm-${process.pid}-`))).toEqual([]);
  });

  it('says what the chart or the cluster refused, and keeps the failed revision as evidence', async () => {
    const broken = {
      ...place('broken'),
      chart: chart({ 'templates/b.yaml': '{{ fail "no domain is set" }}' }),
      values,
    };
    await expect(helm.render(broken)).rejects.toThrow('no domain is set');
    const good = chart({ 'templates/s.yaml': settings });
    await helm.upgrade({ ...place('evidence'), chart: good, values });
    const bad = chart({ 'templates/s.yaml': settings.replace('ConfigMap', 'Service') });
    await expect(helm.upgrade({ ...place('evidence'), chart: bad, values })).rejects.toMatchObject({
      code: 'HELM_FAILED',
    });
    expect(await state('evidence')).toMatchObject({
      deployed: { revision: 1 },
      last: { revision: 2, status: 'failed' },
    });
    await helm.upgrade({ ...place('evidence'), chart: good, values });
    expect(await state('evidence')).toMatchObject({ deployed: { revision: 3 }, last: { revision: 3 } });
  });

  it('refuses names that would be read as options or paths', async () => {
    const run = { chart: chart({ 'templates/s.yaml': settings }), values };
    for (const at of [place('--kubeconfig=x'), place('../x'), { namespace: '-n', name: 'x' }, place('x'.repeat(54))]) {
      await expect(helm.upgrade({ ...run, ...at })).rejects.toMatchObject({ code: 'HELM_FAILED' });
    }
  });

  it('finds fields that another manager set otherwise before anything is changed, and not those that agree', async () => {
    const run = { ...place('shared'), chart: chart({ 'templates/web.yaml': web }), values };
    await helm.upgrade(run);
    // As `kubectl scale` does.
    const answer = await client.ask({
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/default/deployments/shared/scale',
      query: { fieldManager: 'kubectl' },
      body: { spec: { replicas: 5 } },
    });
    expect(answer.status).toBe(200);
    const rendered = async (replicas: number) => {
      const { manifest } = await helm.render({ ...run, values: { replicas } });
      return await placed(objects, readManifests(manifest, 'shared'), 'default');
    };
    const other = await inspectUpgrade(objects, place('shared'), await rendered(2));
    expect(other.foreignObjects).toEqual([]);
    expect(fieldsShown(other.foreignFields)).toMatch(
      /^Deployment\.apps default\/shared: \.spec\.replicas \(conflict with "kubectl"/,
    );
    expect((await get('apps/v1', 'Deployment', 'shared'))?.['spec']).toMatchObject({ replicas: 5 });
    expect(await inspectUpgrade(objects, place('shared'), await rendered(5))).toEqual({
      foreignObjects: [],
      foreignFields: [],
    });
    // And helm by itself forces nothing.
    await expect(helm.upgrade({ ...run, values: { replicas: 2 } })).rejects.toThrow('kubectl');
  });

  it('finds objects that are nobody’s or another release’s, and helm takes none of them', async () => {
    await objects.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'taken-settings', namespace: 'default' },
      data: { mode: 'by hand' },
    });
    const run = { ...place('taken'), chart: chart({ 'templates/s.yaml': settings }), values };
    const rendered = readManifests(
      settings.replaceAll('{{ .Release.Name }}', 'taken').replace('{{ .Values.mode }}', 'a'),
      'x',
    );
    const { foreignObjects } = await inspectUpgrade(
      objects,
      place('taken'),
      await placed(objects, rendered, 'default'),
    );
    expect(foreignObjects).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'taken-settings' },
    ]);
    await expect(helm.upgrade(run)).rejects.toMatchObject({
      code: 'HELM_OWNERSHIP',
      message: expect.stringContaining('ConfigMap "taken-settings" in namespace "default"') as unknown,
    });
    expect((await get('v1', 'ConfigMap', 'taken-settings'))?.['data']).toEqual({ mode: 'by hand' });
  });

  it('keeps a release of Helm 3 client-side', async () => {
    const run = { ...place('old'), chart: chart({ 'templates/s.yaml': settings }), values };
    await helm.upgrade(run);
    await makeClientSide('old');
    expect((await state('old')).last).toMatchObject({ serverSide: false });
    await helm.upgrade({ ...run, values: { mode: 'b' } });
    expect((await state('old')).last).toMatchObject({ revision: 2, status: 'deployed', serverSide: false });
    expect((await get('v1', 'ConfigMap', 'old-settings'))?.['data']).toEqual({ mode: 'b' });
  });

  it('ended in the middle leaves the release pending; recorded as failed it can be upgraded again, with its history', async () => {
    const run = { ...place('wedged'), chart: chart({ 'templates/s.yaml': settings }), values };
    await helm.upgrade(run);
    const hooked = { ...run, chart: chart({ 'templates/s.yaml': settings, 'templates/hook.yaml': endlessHook }) };
    const cut = new AbortController();
    const running = helm.upgrade({ ...hooked, labels: { 'sealift.dev/attempt': 'cut' }, cancel: cut.signal });
    running.catch(() => undefined);
    await expect.poll(async () => (await state('wedged')).last?.status, { timeout: 60_000 }).toBe('pending-upgrade');
    cut.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(helm.upgrade(run)).rejects.toThrow('another operation (install/upgrade/rollback) is in progress');

    const { last } = await state('wedged');
    if (last === undefined) throw new Error('it has no revision');
    expect(isPending(last)).toBe(true);
    expect(last.labels).toMatchObject({ 'sealift.dev/attempt': 'cut' });
    await recordFailed(objects, last, 'its process was ended');
    await expect(recordFailed(objects, last, 'again')).rejects.toMatchObject({ code: 'KUBERNETES_CONFLICT' });
    expect((await state('wedged')).last).toMatchObject({ status: 'failed', description: 'its process was ended' });
    await helm.upgrade({ ...run, values: { mode: 'after' } });
    const after = await readHistory(objects, place('wedged'));
    expect(after.map(({ revision, status }) => `${revision} ${status}`)).toEqual([
      '1 superseded',
      '2 failed',
      '3 deployed',
    ]);
    // Helm reads its own record as we wrote it.
    const { output } = await shown(['history', 'wedged', '--namespace', 'default', '--output', 'json']);
    expect(output).toContain('its process was ended');
  });

  it('gives up hooks that do not end in time, and what runs them is ended', async () => {
    const run = { ...place('late'), chart: chart({ 'templates/s.yaml': settings }), values };
    await helm.upgrade(run);
    const hooked = { ...run, chart: chart({ 'templates/s.yaml': settings, 'templates/hook.yaml': endlessHook }) };
    const hasty = new Helm(
      helm.program,
      { kubeconfig: cluster.kubeconfig },
      { times: { hooksMs: 2000, graceMs: 60_000 } },
    );
    await expect(hasty.upgrade(hooked)).rejects.toThrow(/pre-upgrade hooks failed/);
    expect((await state('late')).last).toMatchObject({ status: 'failed' });
    const hastier = new Helm(
      helm.program,
      { kubeconfig: cluster.kubeconfig },
      { times: { hooksMs: 60_000, graceMs: -57_000 } },
    );
    await expect(hastier.upgrade(hooked)).rejects.toMatchObject({ code: 'HELM_TIMEOUT' });
  });

  it('forgets objects that it is told to, which then stay', async () => {
    const run = {
      ...place('forgets'),
      chart: chart({ 'templates/s.yaml': settings, 'templates/web.yaml': web }),
      values,
    };
    await helm.upgrade(run);
    const { last } = await state('forgets');
    if (last === undefined) throw new Error('it has no revision');
    await recordManifest(objects, last, '');
    await helm.uninstall(place('forgets'));
    expect(await get('v1', 'ConfigMap', 'forgets-settings')).toBeDefined();
    expect(await readHistory(objects, place('forgets'))).toEqual([]);
  });

  it('renders a template that is of no chart with its values', async () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { a: {{ .Values.a | quote }} }\n';
    const rendered = await helm.renderTemplate(text, { ...place('x'), values: { a: 'it"s' } });
    expect(readManifests(rendered, 'x')[0]?.['data']).toEqual({ a: 'it"s' });
    await expect(helm.renderTemplate('{{ .Values.a.b.c }}', { ...place('x'), values: {} })).rejects.toThrow(
      'nil pointer',
    );
  });

  /** What Helm 3 wrote tells no method. */
  async function makeClientSide(name: string): Promise<void> {
    const { last } = await state(name);
    if (last === undefined) throw new Error('it has no revision');
    const { promisify } = await import('node:util');
    const { gzip } = await import('node:zlib');
    const { apply_method: _, ...record } = last.record;
    const packed = await promisify(gzip)(JSON.stringify(record));
    const release = Buffer.from(packed.toString('base64')).toString('base64');
    await objects.mergePatch(
      { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: last.secret },
      { data: { release } },
    );
  }

  async function shown(parts: readonly string[]): Promise<{ output: string }> {
    const { inPrivateFolder } = await import('./private-folder.ts');
    return await inPrivateFolder((folder) =>
      helm.program.run({ parts: [...parts, '--kubeconfig', cluster.kubeconfig], folder, deadlineMs: 60_000 }),
    );
  }
});
