import { buildPlan } from '@sealift/core/planner';
import { parseReleaseFile, type Release } from '@sealift/core/release';
import { freeze, progressOf } from '@sealift/core/upgrade';
import { readManifest } from '@sealift/kubernetes/manifest';
import { apply } from '@sealift/kubernetes/apply';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { World } from '@sealift/testkit/upgrade/world';
import { waitUntil } from '@sealift/testkit/wait-until';
import { Engine } from '@sealift/upgrade/engine';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { declaredCheck, declaredStepCheck, isDeclaredWork } from '@sealift/upgrade/preflight/declared-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LayerBench } from '../layers/testing/layer-bench.ts';
import { declaredPort } from './declared-port.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const group = 'harbor.example.com';
const releaseYaml = `apiVersion: sealift.dev/v1
kind: Release
metadata: { product: Harborview, version: 2.0.0 }
spec:
  upgradesFrom: [{ range: ">=1.0.0 <2.0.0" }]
  kubernetes: { version: 1.37.2, supported: ">=1.36 <1.38" }
  layers: [{ layer: addon, pack: shop, version: 2.0.0 }]
  checks:
    - name: leftovers
      title: No pods of the old shop are left
      query: { apiVersion: v1, kind: ConfigMap, namespace: default, selector: "of=old-shop" }
      expect: { absent: true }
      remedy: Delete them.
  releaseSteps:
    - name: own-shop
      title: Give the shop to its chart
      at: { before: addon-shop }
      do:
        kind: own-objects
        owner: { helm: { release: shop, namespace: default, managers: [sealift] } }
        objects: [{ apiVersion: v1, kind: ConfigMap, namespace: default, name: shop }]
    - name: tugs
      title: Take tugs out of v1alpha1
      at: { before: layers }
      do: { kind: move-stored-version, definition: tugs.${group}, from: v1alpha1 }
    - name: open
      title: Wait until the shop is open
      at: { after: addon-shop }
      do:
        kind: wait-for
        query: { apiVersion: v1, kind: ConfigMap, namespace: default, name: shop }
        field: .data.state
        expect: { equals: open }
        remedy: Open it.
  content: { packs: [ ./packs/* ] }
`;
const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: tugs.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { kind: Tug, plural: tugs }
  versions:
    - { name: v1alpha1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }
    - { name: v1, served: true, storage: false, schema: { openAPIV3Schema: { type: object } } }
`;

/** As making the bundle pins it. */
function released(text: string, layer: Pick<DesiredLayer, 'digest' | 'pack' | 'version'>): Release {
  const { apiVersion, kind, metadata, spec } = parseReleaseFile(text, 'release.yaml');
  const { content: _, layers, ...rest } = spec;
  const { digest, pack: name, version } = layer;
  return {
    apiVersion,
    kind,
    metadata,
    spec: {
      ...rest,
      layers: layers.map((one) => ({ ...one, digest })),
      packs: [{ name, version, layer: 'addon', digest, sizeBytes: 1 }],
      images: [],
    } as Release['spec'],
  };
}

describe.skipIf(missing !== undefined)(
  `a release with checks and steps${missing ? ` (${missing.remedy})` : ''}`,
  () => {
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

    it('is looked at, planned, and run by engines of which some go down on the way, against a real API server', async () => {
      const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop }\ndata: { state: open }\n';
      const chart = packChart(helm, { 'templates/map.yaml': text }, { name: 'shop' });
      const layer = bench.shelf.layer({ pack: 'shop', version: '2.0.0' }, { charts: { 'charts/shop.tgz': chart } });
      const target = released(releaseYaml, layer);
      const installed = released(
        releaseYaml
          .replace('version: 2.0.0 }\nspec', 'version: 1.0.0 }\nspec')
          .replace('version: 2.0.0 }]', 'version: 1.0.0 }]'),
        { ...layer, version: '1.0.0', digest: `sha256:${'1'.repeat(64)}` },
      );
      const plan = buildPlan({ installed, target, targetDigest: bench.shelf.release });
      const [hop] = plan.hops;
      expect(hop?.steps.map(({ id }) => id).slice(2)).toEqual([
        '0-stored-versions',
        '0-release-tugs',
        '0-release-own-shop',
        '0-layer-addon-shop',
        '0-release-open',
        '0-validate',
        '0-unlock-console',
      ]);

      // What the site has of before: a shop that was made by hand, a tug, and something that is left over.
      const map = (name: string, more: object) =>
        bench.objects.create({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, namespace: 'default', ...more },
          data: { state: 'shut' },
        });
      await map('shop', { labels: { of: 'hand' } });
      await map('left', { labels: { of: 'old-shop' } });
      const [object] = readManifest(definition, 'test').map((one) => one.object);
      if (object === undefined) throw new Error('no definition');
      await apply(bench.objects, object);
      await waitUntil('the tug to be taken', () =>
        bench.objects
          .create({ apiVersion: `${group}/v1alpha1`, kind: 'Tug', metadata: { name: 'one', namespace: 'default' } })
          .catch(() => false),
      );

      const declared = declaredPort(() => Promise.resolve(bench.objects));
      const place = { release: '2.0.0', isLater: false };
      const look = () => Promise.all(target.spec.checks.map((check) => declaredCheck(declared, check, place)));
      expect(await look()).toMatchObject([
        { outcome: 'block', detail: expect.stringContaining('default/left'), remedy: 'Delete them.' },
      ]);
      await bench.objects.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'left', namespace: 'default' });
      expect(await look()).toMatchObject([{ outcome: 'pass' }]);
      const steps = (hop?.steps ?? []).filter(isDeclaredWork);
      const stepChecks = await Promise.all(steps.map((step) => declaredStepCheck(declared, step, place)));
      expect(stepChecks.map(({ outcome, detail }) => [outcome, detail])).toEqual([
        ['pass', `Storing 1 objects of tugs.${group} in v1, out of v1alpha1`],
        ['pass', 'Taking over ConfigMap default/shop'],
      ]);

      const merged = {
        layer: 'addon' as const,
        pack: 'shop',
        version: '2.0.0',
        digest: layer.digest,
        values: '',
        base: layer.digest,
      };
      const upgrade = freeze(plan, [{ layers: [merged] }]);
      const store = new MemoryStore();
      store.add('u1', upgrade, 'running');
      const world = new World();
      world.releases.splice(0, 1, '2.0.0');
      const { applyLayer, removeLayer, layers } = bench.port();
      /** The process goes down when it has written that it begins a step. */
      const run = async (holder: string, endsAt?: string) => {
        const ports = world.ports(() => Promise.resolve());
        const cluster = { ...ports.cluster, applyLayer, removeLayer, layers };
        let ended: Promise<void> | undefined;
        const engine = new Engine({
          journal: {
            ...store.journal,
            append: async (entry) => {
              await store.journal.append(entry);
              if (entry.phase === 'intent' && entry.stepId === endsAt) ended = engine.close();
            },
          },
          lease: store.lease,
          ports: { ...ports, declared, cluster },
          holder,
          timing: { pollMs: 10, pollMostMs: 50, retryFirstMs: 10 },
        });
        const outcome = await engine.run('u1');
        await ended;
        return outcome;
      };
      for (const at of ['0-release-tugs', '0-release-own-shop', '0-layer-addon-shop']) {
        expect(await run(`down at ${at}`, at)).toMatchObject({ result: 'stopped' });
      }
      expect(await run('the last')).toMatchObject({ result: 'rested', state: 'succeeded' });
      expect(store.trouble).toBeNull();
      void run;
      void progressOf;
    });
  },
);
