import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { readHistory } from '@sealift/kubernetes/helm-releases';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LayerBench, never } from './testing/layer-bench.ts';

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
const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
const chartOf = (files: Readonly<Record<string, string>>, name = 'web', version = '1.0.0'): Buffer =>
  packChart(helm, { 'values.yaml': 'mode: default\n', ...files }, { name, version });
const settingsChart = (): Buffer => chartOf({ 'templates/s.yaml': settings });

describe.skipIf(missing !== undefined)(`layers of charts${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let bench: LayerBench;
  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    bench = await LayerBench.open(cluster, helm);
  });
  afterAll(async () => {
    bench?.close();
    await cluster?.stop();
  });
  const revisions = async (name: string, namespace = 'default'): Promise<string> =>
    (await readHistory(bench.objects, { namespace, name }))
      .map(({ revision, status }) => `${revision} ${status}`)
      .join(', ');

  it('give each chart its part of the values, with the site’s macros, in the pack’s namespace and under its release', async () => {
    const values = [
      'pack:',
      '  namespace: "{{ .spectro.var.team }}-apps"',
      '  namespaceLabels: { "blue-apps": "pod-security.kubernetes.io/enforce=privileged,team=blue" }',
      '  releaseNameOverride: { web: shop }',
      'charts:',
      '  web: { mode: "{{ .spectro.system.cluster.name }} on {{ .spectro.pack.facts.region }}" }',
    ].join('\n');
    const facts = { system: { 'cluster.name': 'harbor' }, variables: { team: 'blue' } };
    const port = bench.port({ facts });
    const layer = bench.shelf.layer(
      { pack: 'shop', values, profile: { facts: 'region: north\n' } },
      { charts: { 'charts/web-1.0.0.tgz': settingsChart() } },
    );
    await port.applyLayer(layer, never);
    expect(await bench.configMap('shop-settings', 'blue-apps')).toEqual({ mode: 'harbor on north' });
    expect((await bench.get('v1', 'Namespace', 'blue-apps'))?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'privileged',
      team: 'blue',
    });
    const { version, digest, valuesHash } = layer;
    expect(await bench.status('shop')).toEqual({
      layer: 'addon',
      pack: 'shop',
      version,
      digest,
      valuesHash,
      wait: null,
    });

    // What is applied is not applied again.
    const { opened } = bench.shelf;
    await port.applyLayer(layer, never);
    expect(bench.shelf.opened).toBe(opened);
    expect(await revisions('shop', 'blue-apps')).toBe('1 deployed');
  });

  it('are refused with their place when a macro is unset, and nothing is changed', async () => {
    const values = 'charts: { web: { mode: "{{ .spectro.var.nowhere }}" } }';
    const layer = bench.shelf.layer({ pack: 'unset', values }, { charts: { 'charts/web.tgz': settingsChart() } });
    await expect(bench.port().applyLayer(layer, never)).rejects.toMatchObject({
      code: 'PACK_MACRO_UNSET',
      message: expect.stringContaining('.spectro.var.nowhere') as unknown,
    });
    expect(await bench.status('unset')).toBeUndefined();
  });

  it('of several charts remove the release of a chart that the pack has no more', async () => {
    const first = { 'charts/one.tgz': chartOf({ 'templates/s.yaml': settings }, 'one') };
    const second = { 'charts/two.tgz': chartOf({ 'templates/s.yaml': settings }, 'two') };
    await bench.port().applyLayer(bench.shelf.layer({ pack: 'pair' }, { charts: { ...first, ...second } }), never);
    expect(await bench.configMap('pair-two-settings')).toEqual({ mode: 'default' });
    await bench.port().applyLayer(bench.shelf.layer({ pack: 'pair', version: '2.0.0' }, { charts: first }), never);
    expect(await bench.configMap('pair-two-settings')).toBeUndefined();
    expect(await bench.configMap('pair-one-settings')).toEqual({ mode: 'default' });
    expect(await revisions('pair-two')).toBe('');
  });

  it('that render nothing, or less than half of what is there, are refused unless the pack means it', async () => {
    const many = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e'].map((one) => [
        `templates/${one}.yaml`,
        `{{ if .Values.${one} }}\n${configMap(`few-${one}`)}{{ end }}\n`,
      ]),
    );
    const chart = { 'charts/few.tgz': packChart(helm, many, { name: 'few' }) };
    const layer = (on: string, more = '') =>
      bench.shelf.layer(
        {
          pack: 'few',
          values: `${more}charts: { few: { ${on
            .split('')
            .filter(Boolean)
            .map((one) => `${one}: true`)
            .join(', ')} } }\n`,
        },
        { charts: chart },
      );
    const port = bench.port();
    await expect(port.applyLayer(layer(''), never)).rejects.toMatchObject({ code: 'LAYER_EMPTY' });
    expect(await bench.status('few')).toBeUndefined();
    await port.applyLayer(layer('abcde'), never);
    await expect(port.applyLayer(layer('ab'), never)).rejects.toMatchObject({
      code: 'LAYER_SHRUNK',
      message: expect.stringContaining(
        'from 5 objects to 2, without: ConfigMap default/few-c, ConfigMap default/few-d',
      ) as unknown,
    });
    await expect(port.applyLayer(layer(''), never)).rejects.toMatchObject({ code: 'LAYER_EMPTY' });
    expect(await bench.configMap('few-e')).toBeUndefined();
    expect((await bench.get('v1', 'ConfigMap', 'few-e', 'default'))?.kind).toBe('ConfigMap');
    await port.applyLayer(layer('abc'), never);
    expect(await bench.get('v1', 'ConfigMap', 'few-e', 'default')).toBeUndefined();
    await port.applyLayer(layer('', 'pack: { "sealift.dev/may-shrink": "true" }\n'), never);
    expect(await bench.get('v1', 'ConfigMap', 'few-a', 'default')).toBeUndefined();
    expect(await bench.status('few')).toMatchObject({ wait: null });
  });

  it('may be nothing but definitions or hooks', async () => {
    const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: boats.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Boat, plural: boats }
  versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } } ]
`;
    const charts = { 'charts/defs.tgz': packChart(helm, { 'crds/boats.yaml': definition }, { name: 'defs' }) };
    await bench.port().applyLayer(bench.shelf.layer({ pack: 'defs' }, { charts }), never);
    const live = () => bench.get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'boats.example.com');
    expect((await live())?.metadata.labels).toBeUndefined();
    // Helm would leave what is there as it is.
    const newer = definition.replace(
      '{ name: boats.example.com }',
      '{ name: boats.example.com, labels: { fleet: "2" } }',
    );
    const next = {
      'charts/defs.tgz': packChart(helm, { 'crds/boats.yaml': newer }, { name: 'defs', version: '2.0.0' }),
    };
    await bench.port().applyLayer(bench.shelf.layer({ pack: 'defs', version: '2.0.0' }, { charts: next }), never);
    expect((await live())?.metadata.labels).toEqual({ fleet: '2' });
  });

  it('keep claims, namespaces, and definitions with instances, when a chart drops them and when it is removed', async () => {
    const definition = (plural: string, kind: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${plural}.keep.example.com }
spec:
  group: keep.example.com
  scope: Cluster
  names: { kind: ${kind}, plural: ${plural} }
  versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } } ]
`;
    const claim = (name: string): string =>
      `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: ${name} }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }\n`;
    const always = {
      'templates/used.yaml': definition('ships', 'Ship'),
      'templates/unused.yaml': definition('rafts', 'Raft'),
      'templates/data.yaml': claim('kept-data'),
    };
    const old = {
      'templates/old.yaml': claim('dropped-data'),
      'templates/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: dropped-space }\n',
      'templates/gone.yaml': configMap('dropped-settings'),
    };
    const port = bench.port();
    await port.applyLayer(
      bench.shelf.layer(
        { pack: 'keep' },
        { charts: { 'charts/k.tgz': packChart(helm, { ...always, ...old }, { name: 'keep' }) } },
      ),
      never,
    );
    await expect
      .poll(() => bench.objects.discovery.resource({ apiVersion: 'keep.example.com/v1', kind: 'Ship' }), {
        timeout: 20_000,
      })
      .toBeDefined();
    await expect
      .poll(
        async () => {
          try {
            return await bench.objects.create({
              apiVersion: 'keep.example.com/v1',
              kind: 'Ship',
              metadata: { name: 'mine' },
            });
          } catch {
            return false;
          }
        },
        { timeout: 20_000 },
      )
      .toBe(true);

    await port.applyLayer(
      bench.shelf.layer(
        { pack: 'keep', version: '2.0.0' },
        { charts: { 'charts/k.tgz': packChart(helm, always, { name: 'keep', version: '2.0.0' }) } },
      ),
      never,
    );
    expect(await bench.get('v1', 'ConfigMap', 'dropped-settings', 'default')).toBeUndefined();
    const isThere = async (apiVersion: string, kind: string, name: string, namespace?: string) => {
      const found = await bench.get(apiVersion, kind, name, namespace);
      return found !== undefined && (found.metadata.deletionTimestamp ?? null) === null;
    };
    expect(await isThere('v1', 'PersistentVolumeClaim', 'dropped-data', 'default')).toBe(true);
    expect(await isThere('v1', 'Namespace', 'dropped-space')).toBe(true);

    for (let time = 0; time < 2; time += 1) await port.removeLayer({ layer: 'addon', pack: 'keep' }, never);
    expect(await bench.status('keep')).toBeUndefined();
    expect(await revisions('keep')).toBe('');
    expect(await isThere('v1', 'PersistentVolumeClaim', 'kept-data', 'default')).toBe(true);
    const kind = 'CustomResourceDefinition';
    expect(await isThere('apiextensions.k8s.io/v1', kind, 'ships.keep.example.com')).toBe(true);
    expect(await isThere('apiextensions.k8s.io/v1', kind, 'rafts.keep.example.com')).toBe(false);
  });

  it('take no field and no object of others, and say whose they are', async () => {
    const port = bench.port();
    const charts = { 'charts/web.tgz': settingsChart() };
    const layer = (mode: string) =>
      bench.shelf.layer({ pack: 'web', values: `charts: { web: { mode: ${mode} } }` }, { charts });
    await port.applyLayer(layer('a'), never);
    await bench.client.ask({
      method: 'PATCH',
      path: '/api/v1/namespaces/default/configmaps/web-settings',
      query: { fieldManager: 'kubectl-edit' },
      body: { data: { mode: 'by hand' } },
    });
    await expect(port.applyLayer(layer('b'), never)).rejects.toMatchObject({
      code: 'HELM_FIELD_CONFLICT',
      message: expect.stringMatching(
        /ConfigMap default\/web-settings: \.data\.mode \(conflict with "kubectl-edit"/,
      ) as unknown,
    });
    expect(await bench.status('web')).toMatchObject({ valuesHash: layer('a').valuesHash, wait: null });
    expect(await bench.configMap('web-settings')).toEqual({ mode: 'by hand' });
    await port.applyLayer(layer('by hand'), never);

    await bench.objects.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'other-web-settings', namespace: 'default' },
    });
    await expect(port.applyLayer(bench.shelf.layer({ pack: 'other' }, { charts }), never)).rejects.toMatchObject({
      code: 'HELM_OWNERSHIP',
      message: expect.stringContaining('ConfigMap default/other-web-settings') as unknown,
    });
    expect(await bench.status('other')).toBeUndefined();
  });

  it('name what they wait for: a release or an object that is gone', async () => {
    const port = bench.port();
    const layer = bench.shelf.layer({ pack: 'lost' }, { charts: { 'charts/web.tgz': settingsChart() } });
    await port.applyLayer(layer, never);
    await bench.objects.delete({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'lost-web-settings',
      namespace: 'default',
    });
    expect(await bench.status('lost')).toMatchObject({
      digest: layer.digest,
      wait: {
        what: 'lost: ConfigMap default/lost-web-settings is not there',
        level: 'blocked',
        since: expect.any(String) as unknown,
      },
    });
    await bench.objects.delete({
      apiVersion: 'v1',
      kind: 'Secret',
      name: 'sh.helm.release.v1.lost-web.v1',
      namespace: 'default',
    });
    expect(await bench.status('lost')).toMatchObject({
      wait: { what: 'lost: the release default/lost-web is not there', level: 'blocked' },
    });
  });

  it('are refused without helm before anything is changed, and need none for what has no charts', async () => {
    const port = bench.port({ helm: { path: '/nowhere/helm' } });
    const layer = bench.shelf.layer({ pack: 'bare' }, { charts: { 'charts/web.tgz': settingsChart() } });
    await expect(port.applyLayer(layer, never)).rejects.toMatchObject({ code: 'HELM_MISSING' });
    expect(await bench.status('bare')).toBeUndefined();
    await port.applyLayer(bench.shelf.layer({ layer: 'k8s', pack: 'kubernetes' }, {}), never);
    expect(await bench.status('kubernetes')).toMatchObject({ version: '1.0.0', wait: null });
  });

  it('are refused when their values are not those of the hash, and by one who has given up', async () => {
    const layer = bench.shelf.layer({ pack: 'bad' }, {});
    await expect(bench.port().applyLayer({ ...layer, values: 'x: 1' }, never)).rejects.toMatchObject({
      code: 'LAYER_INVALID',
    });
    await expect(bench.port().applyLayer(layer, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(await bench.status('bad')).toBeUndefined();
  });
});
