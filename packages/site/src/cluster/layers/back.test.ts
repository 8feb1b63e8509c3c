import { canonicalJson } from '@sealift/core/canonical-json';
import { type FrozenUpgrade, freeze, type MergedLayer, type PlanStep } from '@sealift/core/upgrade';
import type { KubeObject } from '@sealift/kubernetes/object';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { World } from '@sealift/testkit/upgrade/world';
import { Engine } from '@sealift/upgrade/engine';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { valuesIn } from './applied-values.ts';
import { LayerRuns } from './layer-runs.ts';
import { LayerBench, never } from './testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const configMap = (name: string, mode: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { mode: ${mode} }\n---\n`;
const definition = (fields: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: tugs.harbor.example.com }
spec:
  group: harbor.example.com
  scope: Namespaced
  names: { kind: Tug, plural: tugs }
  versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { ${fields} } } } } } } ]
---
`;
const tug = 'apiVersion: harbor.example.com/v1\nkind: Tug\nmetadata: { name: one }\nspec: { power: 3 }\n---\n';
const settings = (extra: string): string => `apiVersion: v1
kind: Secret
metadata: { name: {{ .Release.Name }}-settings }
data: { mode: {{ .Values.mode | b64enc | quote }}${extra} }
`;
const chartOf = (files: Readonly<Record<string, string>>, name: string, version: string): Buffer =>
  packChart(helm, { 'values.yaml': 'mode: default\n', ...files }, { name, version });
const range = (count: number, prefix: string, mode: string): string =>
  Array.from({ length: count }, (_, index) => configMap(`${prefix}-${index}`, mode)).join('');

const digest = `sha256:${'1'.repeat(64)}`;
const merged = ({ layer, pack, version, digest: of, values }: DesiredLayer): MergedLayer => {
  return { layer, pack, version, digest: of, values, base: digest };
};

describe.skipIf(missing !== undefined)(`layers that are taken back${missing ? ` (${missing.remedy})` : ''}`, () => {
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

  const manifests = (pack: string, version: string, text: string, values = '') =>
    bench.shelf.layer({ pack, version, values }, { manifests: { 'manifests/all.yaml': text } });
  const chart = (pack: string, version: string, files: Readonly<Record<string, string>>, values = '') =>
    bench.shelf.layer({ pack, version, values }, { charts: { 'charts/c.tgz': chartOf(files, pack, version) } });

  /** Everything that layers bring, as it was asked for: without what the server counts and times. */
  async function exported(): Promise<readonly string[]> {
    const kinds = [
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { apiVersion: 'v1', kind: 'Secret' },
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
      { apiVersion: 'harbor.example.com/v1', kind: 'Tug' },
    ];
    const found: string[] = [];
    for (const kind of kinds) {
      for (const object of await bench.objects.list({ ...kind, namespace: undefined }, never)) {
        const isRecord = /^sh\.helm\.release|^layer-/.test(object.metadata.name);
        if (!isRecord) found.push(canonicalJson(plain(object)));
      }
    }
    const { records } = await bench.tools(never);
    for (const { record, object } of await records.all(never)) {
      const { applied, ...rest } = record;
      const { at: _, ...content } = applied ?? { at: '' };
      found.push(canonicalJson({ ...rest, applied: content, values: (await valuesIn(object)) ?? null }));
    }
    return found.toSorted();
  }

  function plain(given: KubeObject & { status?: unknown }): unknown {
    const { metadata, status: _, ...object } = given;
    const { uid: __, resourceVersion: ___, creationTimestamp: ____, generation: _____, ...kept } = metadata;
    const fields = (Array.isArray(kept['managedFields']) ? kept['managedFields'] : []) as Record<string, unknown>[];
    const managedFields = fields
      .filter(({ subresource }) => subresource === undefined)
      .map(({ time: ______, ...one }) => one)
      .toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
    return JSON.parse(JSON.stringify({ ...object, metadata: { ...kept, managedFields } }));
  }

  function upgradeOf(before: readonly DesiredLayer[], after: readonly DesiredLayer[]): FrozenUpgrade {
    const kept = new Set(after.map(({ pack }) => pack));
    const own = { rollback: 'reversible' } as const;
    const steps: PlanStep[] = [
      { ...own, id: '0-lock-console', title: 'Lock', kind: 'lock-console' },
      ...after.map(({ layer, pack, version, digest: of }) => {
        const target = { layer, pack, version, digest: of };
        return { ...own, id: `0-layer-${pack}`, title: pack, kind: 'layer' as const, target };
      }),
      ...before
        .filter(({ pack }) => !kept.has(pack))
        .map(({ layer, pack }) => {
          return { ...own, id: `0-layer-${pack}`, title: pack, kind: 'remove-layer' as const, target: { layer, pack } };
        }),
      { ...own, id: '0-unlock-console', title: 'Unlock', kind: 'unlock-console' },
    ];
    const ends = { from: '1.0.0', to: '2.0.0' };
    const nodeImage = { needed: false, kubernetesFrom: '1.33.0', kubernetesTo: '1.33.0', reason: 'the same' };
    const plan = {
      product: 'Harborview',
      ...ends,
      nodeImage,
      hops: [{ ...ends, release: bench.shelf.release, steps }],
    };
    const former = { release: bench.shelf.release, layers: before.map(merged) };
    return freeze(plan, [{ layers: after.map(merged) }], { before: former });
  }

  it('come back as they were: charts, manifests, values, definitions, the one that came and the one that went', async () => {
    const before = [
      manifests('notes', '1.0.0', definition('power: { type: integer }') + tug + range(3, 'note', 'old')),
      chart('web', '1.0.0', { 'templates/s.yaml': settings('') }, 'charts: { web: { mode: first } }\n'),
      chart('tuned', '1.0.0', { 'templates/s.yaml': settings('') }, 'charts: { tuned: { mode: swordfish } }\n'),
      manifests('gone', '1.0.0', range(5, 'gone', 'old')),
    ];
    const after = [
      // So many more that going back takes away most of what runs.
      manifests(
        'notes',
        '2.0.0',
        definition('power: { type: integer }, crew: { type: integer }') + tug + range(12, 'note', 'new'),
      ),
      chart(
        'web',
        '2.0.0',
        { 'templates/s.yaml': settings(', more: Yg=='), 'templates/t.yaml': configMap('web-more', 'b') },
        'charts: { web: { mode: second } }\n',
      ),
      chart('tuned', '1.0.0', { 'templates/s.yaml': settings('') }, 'charts: { tuned: { mode: hunter2 } }\n'),
      chart('fresh', '1.0.0', { 'templates/s.yaml': settings('') }),
    ];
    for (const layer of before) await bench.port().applyLayer(layer, never);
    const first = await exported();
    expect(first.length).toBeGreaterThan(14);

    const world = new World();
    const store = new MemoryStore();
    store.add('u1', upgradeOf(before, after));
    const ports = world.ports(async () => undefined);
    const { layers, applyLayer, removeLayer } = bench.port();
    const engine = (holder: string, onChange: () => void = () => undefined): Engine =>
      new Engine({
        journal: store.journal,
        lease: store.lease,
        ports: { ...ports, cluster: { ...ports.cluster, layers, applyLayer, removeLayer } },
        holder,
        timing: { pollMs: 20, pollMostMs: 100 },
        onChange,
      });
    // A person stops it once everything was changed.
    const going = engine('a', () => {
      const last = store.entries.at(-1);
      if (last?.stepId === '0-layer-gone' && last.phase === 'evidence' && store.state('u1') === 'running') {
        store.byHand('u1', 'pause');
      }
    });
    expect(await going.run('u1')).toMatchObject({ reason: 'paused' });
    const second = await exported();
    expect(second).not.toEqual(first);
    expect(await bench.status('gone')).toBeUndefined();

    store.byHand('u1', 'rollback');
    expect(await engine('b').run('u1')).toMatchObject({ result: 'rested', state: 'rolled-back' });
    expect(await exported()).toEqual(first);
    expect(await bench.status('fresh')).toBeUndefined();
    expect(await bench.status('notes')).toMatchObject({ version: '1.0.0', wait: null });
    expect(JSON.stringify(store.entries)).not.toMatch(/swordfish|hunter2/);
  });

  it('are applied with the programs of the release that is gone back from: their own may have brought none', async () => {
    const from = `sha256:${'f'.repeat(64)}`;
    const asked: string[] = [];
    const content = {
      openPack: (pinned: Parameters<typeof bench.shelf.openPack>[0]) => bench.shelf.openPack(pinned),
      openTool: () => Promise.reject(new Error('no program is fetched')),
      digestOfImage: () => Promise.resolve(undefined),
      openRelease: (release: string) => {
        asked.push(release);
        return Promise.reject(new Error('asked for'));
      },
    };
    const port = bench.begins(new LayerRuns(), { helm: undefined, toolsFolder: '/nowhere', content });
    const layer = chart('programs', '1.0.0', { 'templates/s.yaml': settings('') });
    await expect(port.applyLayer({ ...layer, backFrom: from }, never)).rejects.toThrow('asked for');
    expect(asked).toEqual([from]);
  });
});
