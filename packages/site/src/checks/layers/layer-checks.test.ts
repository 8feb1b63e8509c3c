import type { Check } from '@sealift/core/check';
import type { KubeObject } from '@sealift/kubernetes/object';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LayerBench, never } from '../../cluster/layers/testing/layer-bench.ts';
import { layerChecks } from './layer-checks.ts';
import type { LayerMove } from './layer-move.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const deployment = (name: string, replicas: number | string, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [ { name: web, image: ${image} } ] }
---
`;
const configMap = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: default }\ndata: ${data}\n---\n`;
const text = (match: string): string => expect.stringContaining(match) as string;

describe.skipIf(missing !== undefined)(`the checks of layers${missing ? ` (${missing.remedy})` : ''}`, () => {
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

  const manifests = (pack: string, version: string, all: string): DesiredLayer =>
    bench.shelf.layer({ pack, version }, { manifests: { 'manifests/all.yaml': all } });
  const move = (now: DesiredLayer | undefined, next: DesiredLayer | undefined, doing: LayerMove['doing'] = 'apply') => {
    const { layer, pack } = now ?? next ?? { layer: 'addon', pack: '' };
    return { layer, pack, now, next, doing } as const;
  };
  const look = async (...moves: LayerMove[]): Promise<{ applied: Check; drift: Check }> => {
    const [applied, drift] = await Promise.all(
      layerChecks(
        (cancel) => bench.tools(cancel),
        () => Promise.resolve(moves),
        { timeoutMs: 60_000 },
      ),
    );
    if (applied === undefined || drift === undefined) throw new Error('there are two checks');
    return { applied, drift };
  };
  /** As a person does it with kubectl, under a name of their own. */
  const changeAs = (manager: string, path: string, body: unknown) =>
    bench.client.ask({ method: 'PATCH', path, query: { fieldManager: manager }, body });
  const web = (name: string) => `/apis/apps/v1/namespaces/default/deployments/${name}`;
  const versionOf = (object: KubeObject | undefined) => object?.metadata.resourceVersion;

  it('pass where nothing was changed, and change nothing themselves', async () => {
    const now = manifests('calm', '1.0.0', deployment('calm', 2, 'web:1') + configMap('calm', '{ a: "1" }'));
    const next = manifests('calm', '2.0.0', deployment('calm', 3, 'web:2') + configMap('calm', '{ a: "2" }'));
    await bench.port().applyLayer(now, never);
    const before = versionOf(await bench.get('apps/v1', 'Deployment', 'calm', 'default'));
    const { applied, drift } = await look(move(now, next));
    expect(applied).toMatchObject({ outcome: 'pass', detail: '1 layers tried by dry runs' });
    expect(drift).toMatchObject({ outcome: 'pass' });
    expect(versionOf(await bench.get('apps/v1', 'Deployment', 'calm', 'default'))).toBe(before);
  });

  it('block, with the field, its owner and a way out, where the apply would be refused, which it then is', async () => {
    const now = manifests('foreign', '1.0.0', deployment('foreign', 2, 'web:1'));
    const next = manifests('foreign', '2.0.0', deployment('foreign', 3, 'web:2'));
    await bench.port().applyLayer(now, never);
    await changeAs('kubectl-scale', `${web('foreign')}/scale`, { spec: { replicas: 5 } });
    const { applied, drift } = await look(move(now, next));
    expect(applied).toMatchObject({ outcome: 'block', remedy: text('stop in its middle') });
    expect(applied.items).toEqual([
      {
        place: 'addon/foreign: Deployment.apps default/foreign .spec.replicas',
        text: 'belongs to another: kubectl-scale set it, is 5 and would become 3',
        remedy: text('Ask its owner'),
      },
    ]);
    expect(drift.items).toEqual([
      {
        place: 'addon/foreign: Deployment.apps default/foreign .spec.replicas',
        text: 'was changed by kubectl-scale (Update) from 2 to 5; the upgrade would stop here',
      },
    ]);
    await expect(bench.port().applyLayer(next, never)).rejects.toMatchObject({ code: 'KUBERNETES_FIELD_CONFLICT' });
    // The way out that is told.
    await changeAs('kubectl-scale', `${web('foreign')}/scale`, { spec: { replicas: 3 } });
    expect((await look(move(now, next))).applied).toMatchObject({ outcome: 'pass' });
    await bench.port().applyLayer(next, never);
  });

  it('tell of each change by hand what becomes of it', async () => {
    const data = (b: string) =>
      configMap('fates', `{ a: "1", b: "${b}", c: "1" }`) + configMap('fates-rest', '{ d: "1" }');
    const gone = configMap('fates-gone', '{ e: "1" }');
    const lost = configMap('fates-lost', '{ f: "1" }');
    const now = manifests('fates', '1.0.0', data('1') + gone + lost);
    const next = manifests('fates', '2.0.0', data('edited') + lost);
    await bench.port().applyLayer(now, never);
    const at = (name: string) => `/api/v1/namespaces/default/configmaps/${name}`;
    // Given the value that comes, taken out, and changed where the object goes; one was deleted.
    await changeAs('kubectl-edit', at('fates'), { data: { b: 'edited', c: null } });
    await changeAs('kubectl-edit', at('fates-gone'), { data: { e: '9' } });
    await bench.client.ask({ method: 'DELETE', path: at('fates-lost') });
    const { applied, drift } = await look(move(now, next));
    expect(applied).toMatchObject({ outcome: 'pass' });
    expect(drift).toMatchObject({ outcome: 'warn', remedy: text('into the values') });
    const told = new Map(
      (drift.items ?? []).map((item) => [item.place.replace('addon/fates: ConfigMap default/', ''), item.text]),
    );
    expect(Object.fromEntries(told)).toEqual({
      'fates .data.b': expect.stringMatching(
        /^was changed by kubectl-edit \(.*\) from "1" to "edited"; it stays so$/,
      ) as unknown,
      'fates .data.c': 'was changed from "1" to not there; the upgrade makes it "1"',
      'fates-gone .data.e': expect.stringMatching(/from "1" to "9"; the object is removed$/) as unknown,
      'fates-lost': 'was removed; the upgrade makes it again',
    });
    const left = await look(move(now, undefined, 'nothing'));
    expect(left.applied).toMatchObject({ outcome: 'pass', detail: '0 layers tried by dry runs' });
    expect((left.drift.items ?? []).map((item) => item.text)).toEqual(
      expect.arrayContaining([expect.stringContaining('the upgrade does not touch it'), 'was removed; it stays away']),
    );
  });

  it('do the same for a chart, as helm would', async () => {
    const chart = (version: string) =>
      packChart(
        helm,
        {
          'values.yaml': 'replicas: 2\n',
          'templates/web.yaml': deployment('charted', '{{ .Values.replicas }}', `web:${version}`),
        },
        { name: 'charted', version },
      );
    const layer = (version: string, replicas: number) =>
      bench.shelf.layer(
        { pack: 'charted', version, values: `charts: { charted: { replicas: ${replicas} } }\n` },
        { charts: { 'charts/charted.tgz': chart(version) } },
      );
    const [now, next] = [layer('1.0.0', 2), layer('2.0.0', 3)];
    await bench.port().applyLayer(now, never);
    const calm = await look(move(now, next));
    expect(calm.applied).toMatchObject({ outcome: 'pass' });
    expect(calm.drift).toMatchObject({ outcome: 'pass' });

    await changeAs('kubectl', `${web('charted')}/scale`, { spec: { replicas: 5 } });
    const found = await look(move(now, next));
    expect(found.applied).toMatchObject({ outcome: 'block' });
    expect(found.applied.items).toEqual([
      {
        place: 'addon/charted: Deployment.apps default/charted .spec.replicas',
        text: expect.stringMatching(
          /^belongs to another: conflict with "kubectl".* is 5 and would become 3$/,
        ) as unknown,
        remedy: text('Ask its owner'),
      },
    ]);
    expect(found.drift.items).toMatchObject([{ text: text('from 2 to 5; the upgrade would stop here') }]);
    await expect(bench.port().applyLayer(next, never)).rejects.toMatchObject({ code: 'HELM_FIELD_CONFLICT' });
    // The value of the cluster in the layer's values is a way out too.
    expect((await look(move(now, layer('2.0.0', 5)))).applied).toMatchObject({ outcome: 'pass' });
  });

  it('name what else would be refused, each in its layer, and what can’t be tried yet', async () => {
    const now = manifests(
      'many',
      '1.0.0',
      ['a', 'b', 'c', 'd', 'e'].map((one) => configMap(`many-${one}`, '{}')).join(''),
    );
    await bench.port().applyLayer(now, never);
    const shrunk = manifests('many', '2.0.0', configMap('many-a', '{}'));
    const misspelt = manifests('misspelt', '1.0.0', deployment('misspelt', 1, 'web:1').replace('replicas', 'replcas'));
    const { applied } = await look(move(now, shrunk), move(undefined, misspelt), {
      layer: 'addon',
      pack: 'open',
      now: undefined,
      next: undefined,
      doing: 'apply',
    });
    expect(applied).toMatchObject({ outcome: 'block', detail: text('refuse 2 places') });
    expect((applied.items ?? []).map((item) => `${item.place} ${item.text}`)).toEqual([
      expect.stringContaining('addon/many'),
      expect.stringMatching(/^addon\/misspelt.*replcas/),
      expect.stringContaining('addon/open cannot be tried yet'),
    ]);
  });

  it('do not take a definition that drops a stored version for refused: its objects are rewritten before', async () => {
    const tugs = (versions: readonly string[]) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: tugs.harbor.example.com }
spec:
  group: harbor.example.com
  scope: Namespaced
  names: { kind: Tug, plural: tugs }
  versions: [ ${versions.map((name, at) => `{ name: ${name}, served: true, storage: ${at === 0}, schema: { openAPIV3Schema: { type: object } } }`).join(', ')} ]
`;
    const now = manifests('tugs', '1.0.0', tugs(['v1alpha1', 'v1']));
    await bench.port().applyLayer(now, never);
    const { applied } = await look(move(now, manifests('tugs', '2.0.0', tugs(['v1']))));
    expect(applied).toMatchObject({ outcome: 'warn', items: [{ text: text('storedVersions') }] });
  });

  it('say what they did not look at in time', async () => {
    const late = manifests('late', '1.0.0', configMap('late', '{}'));
    const began = performance.now();
    const checks = await Promise.all(
      layerChecks(
        (cancel) => bench.tools(cancel),
        async () => {
          await waitUntil('the time to be over', () => Promise.resolve(performance.now() - began > 5));
          return [move(undefined, late)];
        },
        { timeoutMs: 1 },
      ),
    );
    for (const check of checks) expect(check.outcome).not.toBe('pass');
  });

  it('give no all-clear where they could not look', async () => {
    const away = manifests('away', '1.0.0', configMap('away', '{}'));
    const unknown = await look(move(undefined, { ...away, digest: `sha256:${'0'.repeat(64)}` }));
    expect(unknown.applied).toMatchObject({ outcome: 'unknown', detail: text('addon/away') });
    expect(unknown.drift).toMatchObject({ outcome: 'warn', detail: text('Not compared') });

    await bench.port().applyLayer(away, never);
    const other = { ...away, valuesHash: 'f'.repeat(64) };
    const { drift } = await look(move(other, undefined, 'nothing'));
    expect(drift).toMatchObject({ outcome: 'warn', detail: text('what was applied is not known') });
  });
});
