import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectSite, type Site } from '../../connect-site.ts';
import { LayerBench } from '../../cluster/layers/testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);
const configMap = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { mode: "{{ .Values.${value} }}" }\n`;

describe.skipIf(missing !== undefined)(
  `how often a preflight runs helm${missing ? ` (${missing.remedy})` : ''}`,
  () => {
    let cluster: Kubernetes;
    let bench: LayerBench;
    let site: Site;
    const folder = mkdtempSync(join(tmpdir(), 'sealift-renders-'));
    const log = join(folder, 'calls');
    beforeAll(async () => {
      // The helm on the PATH, which notes what it is asked for.
      const script = `#!/bin/sh\nprintf '%s\\n' "$1 $2 $3" >> '${log}'\nexec '${helm.path}' "$@"\n`;
      writeFileSync(join(folder, 'helm'), script, { mode: 0o755 });
      cluster = await startKubernetes(peers[1], peers[2]);
      bench = await LayerBench.open(cluster, helm);
      vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
      site = connectSite(
        {
          url: 'https://127.0.0.1:1/sdk',
          username: '',
          password: new Secret(''),
          places: {},
          networks: [],
          enterprise: { kubeconfig: cluster.kubeconfig },
        },
        { content: bench.shelf, holder: bench.access.holder },
      );
    });
    afterEach(() => rmSync(log, { force: true }));
    afterAll(async () => {
      vi.unstubAllEnvs();
      await site?.close();
      bench?.close();
      await cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const layerOf = (pack: string, mode: string, version = '1.0.0'): DesiredLayer =>
      bench.shelf.layer(
        { pack, version, values: `charts: { ${pack}: { mode: ${mode} } }\nmanifests: { m: { mode: ${mode} } }\n` },
        {
          charts: {
            [`charts/${pack}.tgz`]: packChart(
              helm,
              { 'templates/c.yaml': configMap('{{ .Release.Name }}', 'mode') },
              { name: pack },
            ),
          },
          manifests: { 'manifests/m.yaml': configMap(`${pack}-manifest`, 'mode') },
        },
      );
    const preflight = async (layers: readonly { readonly now?: DesiredLayer; readonly next: DesiredLayer }[]) => {
      const moves = layers.map(({ now, next }) => ({
        layer: next.layer,
        pack: next.pack,
        now,
        next,
        doing: 'apply' as const,
      }));
      const checks = await Promise.all(
        site.clusterChecks({
          imageBytes: () => Promise.resolve(undefined),
          helm: () => Promise.resolve(true),
          kubernetes: '1.37.2',
          nodes: false,
          newNodes: false,
          keepsEtcd: false,
          rehearsal: { legs: [], releases: [], last: () => Promise.resolve(null) },
          nodeVersions: [],
          takenOver: [],
          layers: () => Promise.resolve(moves),
          packRoom: () => Promise.resolve([]),
          providers: undefined,
          controlPlaneRollouts: 0,
          workerRollouts: 0,
          releases: [bench.shelf.release],
        }),
      );
      return Object.fromEntries(checks.map((one) => [one.name, one.outcome]));
    };
    /** How often each release, or the manifests of a pack, was asked for in each way. */
    const calls = (): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const line of readFileSync(log, 'utf8').trim().split('\n')) {
        const [verb = '', name = ''] = line.split(' ');
        const call = verb === 'show' || verb === 'version' ? verb : `${verb} ${name}`;
        counts[call] = (counts[call] ?? 0) + 1;
      }
      return counts;
    };

    it('renders each chart once by itself and once with the cluster, and each manifest once, for all checks together', async () => {
      const found = await preflight([{ next: layerOf('one', 'a') }, { next: layerOf('two', 'a') }]);
      expect(found).toMatchObject({ 'layers-render': 'pass', 'layers-can-be-applied': 'pass', 'api-versions': 'pass' });
      expect(calls()).toMatchObject({
        'template one': 1,
        'upgrade one': 1,
        'template one-manifests': 1,
        'template two': 1,
        'upgrade two': 1,
        'template two-manifests': 1,
        show: 2,
      });
    });
  },
);
