import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PackShelf } from '../cluster/layers/testing/layer-bench.ts';
import { LayerRuns } from '../cluster/layers/layer-runs.ts';
import { applyToTheEnd } from '../cluster/layers/to-the-end.ts';
import { layersPort } from '../cluster/layers/layers-port.ts';
import { type Bench, missingPeer, oldTemplate, startBench } from '../cluster/testing/bench.ts';
import { makeSettled } from '../cluster/testing/settled.ts';
import { surveyPort } from './survey-port.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: applied }\ndata: { a: b }\n';

describe.skipIf(missingPeer !== undefined).each(['v1beta1', 'v1beta2'] as const)(
  `a look at a site whose machines are made by Cluster API %s${missingPeer ? ` (${missingPeer.remedy})` : ''}`,
  (version) => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await startBench(version);
    }, 180_000);
    afterAll(() => bench?.close());

    it('finds every machine with the template it was made from, Kubernetes, and the layers that were applied', async () => {
      const { sample } = await bench.sample('looked-at');
      await makeSettled(sample);
      const shelf = new PackShelf();
      const layer: DesiredLayer = shelf.layer(
        { pack: 'applied', values: '# of the site\nkey: 1\n' },
        { manifests: { 'manifests/m.yaml': manifest } },
      );
      const layers = {
        objects: () => Promise.resolve(bench.objects),
        content: shelf,
        holder: () => ({ id: 'engine', epoch: 1 }),
      };
      await applyToTheEnd(layersPort(layers, new LayerRuns()), layer, never);
      const cluster = { namespace: 'looked-at', name: 'c1' };
      const port = surveyPort({ layers, management: () => Promise.resolve(bench.objects), cluster });
      const { kubernetes, nodes, ...found } = await port.look(never);
      expect(kubernetes).toMatch(/^\d+\.\d+\.\d+/);
      expect(nodes.map(({ name, role, version: of, template }) => [name, role, of, template])).toEqual([
        ...[1, 2, 3].map((number) => [`node-cp-${number}`, 'control-plane', '1.36.3', oldTemplate]),
        ...[1, 2].map((number) => [`node-md-${number}`, 'worker', '1.36.3', oldTemplate]),
      ]);
      const object = 'Secret sealift-system/layer-addon-applied';
      const { pack, digest, values, valuesHash } = layer;
      expect(found).toEqual({
        layers: [
          { layer: 'addon', pack, version: layer.version, digest, values, valuesHash, unfinished: false, object },
        ],
        charts: [],
        providers: [],
        applySets: [{ object, tooling: 'sealift/v1' }],
      });
      expect(await port.examine(layer, never)).toMatchObject({ charts: [], objects: 1 });
    });

    it('ends when it is told to', async () => {
      const layers = {
        objects: () => Promise.resolve(bench.objects),
        content: new PackShelf(),
        holder: () => ({ id: 'engine', epoch: 1 }),
      };
      const port = surveyPort({ layers, management: () => Promise.resolve(bench.objects), cluster: undefined });
      await expect(port.look(AbortSignal.abort())).rejects.toThrow(/aborted/);
    });
  },
);
