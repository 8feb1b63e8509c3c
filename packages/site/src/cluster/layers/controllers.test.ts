import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '@sealift/kubernetes/helm-releases';
import { peer } from '@sealift/testkit/peers';
import { startKwok } from '@sealift/testkit/kwok';
import { packChart } from '@sealift/testkit/sample-chart';
import { type Management, startManagement } from '@sealift/testkit/site/management/start-management';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LayerBench, never } from './testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 300_000 });

const helm = peer('helm');
const kwok = peer('kwok');
const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
const missing = [helm, kwok, ...programs.map((name) => peer(name))].find((one) => one.missing);

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: cranes.dock.example.com }
spec:
  group: dock.example.com
  scope: Namespaced
  names: { kind: Crane, plural: cranes }
  versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object } } } } } ]
`;
const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec: { nodeSelector: {{ .Values.nodes | toJson }}, containers: [ { name: web, image: "example/web:1" } ] }
`;
const hook = `apiVersion: batch/v1
kind: Job
metadata: { name: {{ .Release.Name }}-prepare, annotations: { "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": "before-hook-creation" } }
spec: { template: { spec: { restartPolicy: Never, containers: [ { name: prepare, image: "example/prepare:1" } ] } } }
`;
const crane = 'apiVersion: dock.example.com/v1\nkind: Crane\nmetadata: { name: {{ .Release.Name }} }\n';
const chart = (): Buffer =>
  packChart(helm, {
    'values.yaml': 'replicas: 2\nnodes: {}\n',
    'crds/cranes.yaml': definition,
    'templates/web.yaml': web,
    'templates/hook.yaml': hook,
    'templates/crane.yaml': crane,
  });

describe.skipIf(missing !== undefined)(`a layer where controllers act${missing ? ` (${missing.remedy})` : ''}`, () => {
  let management: Management;
  let bench: LayerBench;
  let kubelets: Awaited<ReturnType<typeof startKwok>>;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-controllers-'));
    management = await startManagement({ clusterApi: false });
    const { kubeconfig } = management;
    bench = await LayerBench.open({ kubeconfig }, helm);
    const status = { allocatable: { cpu: '4', memory: '8Gi', pods: '50' } };
    await bench.objects.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'quay' }, status });
    kubelets = await startKwok(kwok, kubeconfig, folder);
  });
  afterAll(async () => {
    bench?.close();
    await kubelets?.stop(0);
    await management?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const statusOf = () => bench.status('dock');
  const layer = (version: string, values: string) =>
    bench.shelf.layer(
      { pack: 'dock', version, values: `charts: { web: ${values} }` },
      { charts: { 'charts/web-1.0.0.tgz': chart() } },
    );
  const history = async () =>
    (await readHistory(bench.objects, { namespace: 'default', name: 'dock-web' })).map(
      ({ revision, status }) => `${revision} ${status}`,
    );

  it('is healthy when its pods are, after its definitions and its hook', async () => {
    const first = layer('1.0.0', '{}');
    await bench.port().applyLayer(first, never);
    // Said at once, before the pods are there.
    expect(await statusOf()).toMatchObject({ version: '1.0.0', digest: first.digest });
    await expect.poll(statusOf, { timeout: 120_000, interval: 200 }).toMatchObject({ version: '1.0.0', wait: null });
    expect((await bench.get('batch/v1', 'Job', 'dock-web-prepare', 'default'))?.['status']).toMatchObject({
      succeeded: 1,
    });
    expect(await bench.get('dock.example.com/v1', 'Crane', 'dock-web', 'default')).toBeDefined();
    expect((await bench.get('apps/v1', 'Deployment', 'dock-web', 'default'))?.['status']).toMatchObject({
      readyReplicas: 2,
    });
  });

  it('names the Deployment whose pods find no node, and goes on when the values are mended', async () => {
    await bench.port().applyLayer(layer('1.1.0', '{ nodes: { pier: nobody } }'), never);
    await expect.poll(statusOf, { timeout: 60_000, interval: 200 }).toMatchObject({
      version: '1.1.0',
      wait: {
        what: expect.stringMatching(/^dock: .*finds no node/) as unknown,
      },
    });
    await bench.port().applyLayer(layer('1.1.1', '{ replicas: 3 }'), never);
    await expect.poll(statusOf, { timeout: 120_000, interval: 200 }).toMatchObject({ version: '1.1.1', wait: null });
    expect(await history()).toEqual(['1 superseded', '2 superseded', '3 deployed']);
  });

  it('is gone with its pods when it is removed, but for the definition that still has an instance', async () => {
    const other = {
      apiVersion: 'dock.example.com/v1',
      kind: 'Crane',
      metadata: { name: 'mine', namespace: 'default' },
    };
    await bench.objects.create(other);
    await bench.port().removeLayer({ layer: 'addon', pack: 'dock' }, never);
    expect(await statusOf()).toBeUndefined();
    const pods = () =>
      bench.objects.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', labelSelector: 'app=dock-web' });
    await expect.poll(async () => (await pods()).length, { timeout: 120_000, interval: 200 }).toBe(0);
    expect(await bench.get('dock.example.com/v1', 'Crane', 'mine', 'default')).toBeDefined();
    expect(await history()).toEqual([]);
  });
});
