import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { Objects } from '@sealift/kubernetes/objects';
import { contractLayer, layersContract } from '@sealift/upgrade/ports/contract/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parentOf } from './layer-record.ts';
import { Cutter } from './testing/cutting.ts';
import { LayerBench, never } from './testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const configMap = (name: string, mode = 'a'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { mode: ${mode} }\n---\n`;
const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: tugs.harbor.example.com }
spec:
  group: harbor.example.com
  scope: Namespaced
  names: { kind: Tug, plural: tugs }
  versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { power: { type: integer } } } } } } } ]
---
`;
const tug = 'apiVersion: harbor.example.com/v1\nkind: Tug\nmetadata: { name: one }\nspec: { power: 3 }\n---\n';

describe.skipIf(missing !== undefined)(`layers of manifests${missing ? ` (${missing.remedy})` : ''}`, () => {
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
  const layerOf = (pack: string, version: string, text: string, values = '') =>
    bench.shelf.layer({ pack, version, values }, { manifests: { 'manifests/all.yaml': text } });

  layersContract('a real cluster', async () => {
    const { digest } = contractLayer;
    const content = { ...contractLayer, values: '' };
    const manifests = new Map([['manifests/cni.yaml', configMap('cni-contract')]]);
    const shelf = {
      openPack: (pinned: { readonly digest: string }) => {
        expect(pinned.digest).toBe(digest);
        return Promise.resolve({ valuesYaml: content.values, manifests, charts: new Map() });
      },
      openTool: () => Promise.reject(new Error('no program is needed')),
      openRelease: () => Promise.reject(new Error('images keep their names')),
      digestOfImage: () => Promise.reject(new Error('images keep their names')),
    };
    return await Promise.resolve({ port: bench.port({ content: shelf, helm: { path: '/not/needed' } }) });
  });

  it('bring definitions before what is of them, in the pack’s namespace, which is made', async () => {
    const values = 'pack: { namespace: piers }\n';
    await bench.port().applyLayer(layerOf('tugs', '1.0.0', tug + definition, values), never);
    expect((await bench.get('harbor.example.com/v1', 'Tug', 'one', 'piers'))?.['spec']).toEqual({ power: 3 });
    const parent = await bench.objects.get(parentOf({ layer: 'addon', pack: 'tugs' }));
    expect(parent?.metadata.annotations).toMatchObject({
      'applyset.kubernetes.io/contains-group-kinds':
        'CustomResourceDefinition.apiextensions.k8s.io,Tug.harbor.example.com',
      'applyset.kubernetes.io/additional-namespaces': 'piers',
    });
  });

  it('remove what the pack has no more, but no claim and no namespace, and nothing that is not theirs', async () => {
    const claim =
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: drop-data }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }\n---\n';
    const space = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: drop-space }\n---\n';
    const kept = configMap('drop-a') + configMap('drop-b') + configMap('drop-c') + configMap('drop-d');
    await bench.port().applyLayer(layerOf('drop', '1.0.0', kept + claim + space + configMap('drop-gone')), never);
    const id = (await bench.get('v1', 'ConfigMap', 'drop-a', 'default'))?.metadata.labels?.[
      'applyset.kubernetes.io/part-of'
    ];
    // An operator copied the labels of what it watches.
    const labels = { 'applyset.kubernetes.io/part-of': id ?? '' };
    await bench.objects.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'drop-copied', namespace: 'default', labels },
    });
    await bench.port().applyLayer(layerOf('drop', '2.0.0', kept), never);
    const isThere = async (kind: string, name: string, namespace?: string) => {
      const found = await bench.get('v1', kind, name, namespace);
      return found !== undefined && (found.metadata.deletionTimestamp ?? null) === null;
    };
    expect(await isThere('ConfigMap', 'drop-gone', 'default')).toBe(false);
    expect(await isThere('PersistentVolumeClaim', 'drop-data', 'default')).toBe(true);
    expect(await isThere('Namespace', 'drop-space')).toBe(true);
    expect(await isThere('ConfigMap', 'drop-copied', 'default')).toBe(true);
    expect(await bench.status('drop')).toMatchObject({ version: '2.0.0', wait: null });

    for (let time = 0; time < 2; time += 1) await bench.port().removeLayer({ layer: 'addon', pack: 'drop' }, never);
    expect(await isThere('ConfigMap', 'drop-a', 'default')).toBe(false);
    expect(await isThere('ConfigMap', 'drop-copied', 'default')).toBe(true);
    expect(await bench.status('drop')).toBeUndefined();
  });

  it('are seen one by one where somebody took their label, and missed where they are gone', async () => {
    const text = ['a', 'b', 'c'].map((one) => configMap(`seen-${one}`)).join('');
    await bench.port().applyLayer(layerOf('seen', '1.0.0', text), never);
    const of = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name });
    await bench.objects.mergePatch(of('seen-a'), { metadata: { labels: { 'applyset.kubernetes.io/part-of': null } } });
    expect(await bench.status('seen')).toMatchObject({ wait: null });
    await bench.objects.delete(of('seen-b'));
    const wait = { what: expect.stringContaining('ConfigMap default/seen-b is not there') as string, level: 'blocked' };
    expect(await bench.status('seen')).toMatchObject({ wait });
  });

  it('leave an object to the layer that it has moved to', async () => {
    const rest = ['a', 'b', 'c', 'd'].map((one) => configMap(`move-${one}`)).join('');
    await bench.port().applyLayer(layerOf('from', '1.0.0', rest + configMap('moved')), never);
    await bench.port().applyLayer(layerOf('to', '1.0.0', configMap('moved')), never);
    await bench.port().applyLayer(layerOf('from', '2.0.0', rest), never);
    expect(await bench.configMap('moved')).toEqual({ mode: 'a' });
    await bench.port().removeLayer({ layer: 'addon', pack: 'to' }, never);
    expect(await bench.configMap('moved')).toBeUndefined();
  });

  it('leave an object to a layer that was to take it and was cut', async () => {
    const rest = ['a', 'b', 'c', 'd'].map((one) => configMap(`late-${one}`)).join('');
    await bench.port().applyLayer(layerOf('giver', '1.0.0', rest + configMap('late')), never);
    const uid = async () => (await bench.get('v1', 'ConfigMap', 'late', 'default'))?.metadata.uid;
    const first = await uid();
    const cutter = new Cutter();
    // Its record says what it is to bring: the namespace, the record and the attempt have been written.
    cutter.cut(3, 'after');
    const objects = new Objects(cutter.through(bench.client));
    const taker = layerOf('taker', '1.0.0', configMap('late'));
    await expect(bench.port({ objects: () => Promise.resolve(objects) }).applyLayer(taker, never)).rejects.toThrow(
      'cut',
    );
    expect(await bench.status('taker')).toMatchObject({ digest: '', version: '1.0.0' });
    await bench.port().applyLayer(layerOf('giver', '2.0.0', rest), never);
    await bench.port().applyLayer(taker, never);
    expect(await uid()).toBe(first);
    expect(first).toBeDefined();
  });

  it('are templates of their part of the values, with the site’s macros', async () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: templated }\ndata: { mode: {{ .Values.mode | upper | quote }}, where: "{{ .spectro.system.kubernetes.version | substr 0 2 }}", who: "{{ .spectro.var.who | default "nobody" }}" }\n`;
    const layer = bench.shelf.layer(
      { pack: 'templated', values: 'manifests: { all: { mode: fast } }\n' },
      { manifests: { 'manifests/all.yaml': text } },
    );
    await bench.port().applyLayer(layer, never);
    expect(await bench.configMap('templated')).toEqual({ mode: 'FAST', where: '1.', who: 'nobody' });
  });

  it('that come to nothing or to less than half are refused, unless the pack means it', async () => {
    const all = ['a', 'b', 'c', 'd', 'e']
      .map((one) => `{{ if .Values.${one} }}\n${configMap(`less-${one}`)}{{ end }}\n`)
      .join('');
    const layer = (on: string, more = '') =>
      layerOf(
        'less',
        '1.0.0',
        all,
        `${more}manifests: { all: { ${on
          .split('')
          .filter(Boolean)
          .map((one) => `${one}: true`)
          .join(', ')} } }\n`,
      );
    await expect(bench.port().applyLayer(layer(''), never)).rejects.toMatchObject({ code: 'LAYER_EMPTY' });
    await bench.port().applyLayer(layer('abcde'), never);
    await expect(bench.port().applyLayer(layer('ab'), never)).rejects.toMatchObject({ code: 'LAYER_SHRUNK' });
    await expect(bench.port().applyLayer(layer(''), never)).rejects.toMatchObject({ code: 'LAYER_EMPTY' });
    expect(await bench.configMap('less-e')).toEqual({ mode: 'a' });
    await bench.port().applyLayer(layer('', 'pack: { "sealift.dev/may-shrink": true }\n'), never);
    expect(await bench.configMap('less-e')).toBeUndefined();
  });

  it('take no field of others, and are refused before anything is changed', async () => {
    await bench.port().applyLayer(layerOf('fields', '1.0.0', configMap('fields-a') + configMap('fields-b')), never);
    await bench.client.ask({
      method: 'PATCH',
      path: '/api/v1/namespaces/default/configmaps/fields-b',
      query: { fieldManager: 'kubectl-edit' },
      body: { data: { mode: 'by hand' } },
    });
    const next = layerOf('fields', '2.0.0', configMap('fields-a', 'b') + configMap('fields-b', 'b'));
    await expect(bench.port().applyLayer(next, never)).rejects.toMatchObject({ code: 'KUBERNETES_FIELD_CONFLICT' });
    const invalid = layerOf('fields', '2.0.1', configMap('fields-a', 'b') + configMap('fields-b', '[]'));
    await expect(bench.port().applyLayer(invalid, never)).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    expect(await bench.configMap('fields-a')).toEqual({ mode: 'a' });
    expect(await bench.status('fields')).toMatchObject({ version: '1.0.0', wait: null });
  });

  it('name what they wait for, the worst first', async () => {
    const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: slow }
spec:
  selector: { matchLabels: { app: slow } }
  template: { metadata: { labels: { app: slow } }, spec: { containers: [ { name: slow, image: "example/slow:1" } ] } }
---
`;
    await bench.port().applyLayer(layerOf('slow', '1.0.0', deployment + configMap('slow-a')), never);
    expect(await bench.status('slow')).toMatchObject({
      version: '1.0.0',
      wait: {
        what: expect.stringMatching(/^slow: Deployment default\/slow waits for its controller/) as unknown,
        level: 'moving',
        since: expect.any(String) as unknown,
      },
    });
    await bench.objects.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'slow-a', namespace: 'default' });
    expect(await bench.status('slow')).toMatchObject({
      wait: { what: 'slow: ConfigMap default/slow-a is not there (and 1 more)', level: 'blocked' },
    });
  });

  it('have a record that no other program’s is taken for, and none of another version', async () => {
    const place = { layer: 'addon', pack: 'odd_name' } as const;
    expect(parentOf(place).name).toMatch(/^layer-addon-odd-name-[0-9a-f]{8}$/);
    await bench.port().applyLayer(layerOf('odd_name', '1.0.0', configMap('odd-a')), never);
    const parent = parentOf(place);
    const object = await bench.objects.get(parent);
    const { record } = (object?.['data'] ?? {}) as { record: string };
    const later = JSON.stringify({ ...(JSON.parse(Buffer.from(record, 'base64').toString()) as object), format: 2 });
    await bench.objects.mergePatch(parent, { data: { record: Buffer.from(later).toString('base64') } });
    const asks = [
      () => bench.port().layers(never),
      () => bench.port().applyLayer(layerOf('odd_name', '2.0.0', ''), never),
      () => bench.port().removeLayer(place, never),
    ];
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ code: 'RECORD_FORMAT_OTHER' });
    await bench.objects.mergePatch(parent, { data: { record: Buffer.from('{}').toString('base64') } });
    await expect(bench.port().layers(never)).rejects.toMatchObject({ code: 'RECORD_FORMAT_OTHER' });
    await bench.objects.delete(parent);
  });
});
