import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCuttingKubernetes } from '@sealift/testkit/cutting-kubernetes';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LayerBench, never } from '../../packages/site/src/cluster/layers/testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const peers = [peer('helm'), peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);
const jobs = '/apis/batch/v1/namespaces/default/jobs';
/** So many watches of the hook's Job are ended by the proxy. */
const cuts = 3;

const hook = `apiVersion: batch/v1
kind: Job
metadata: { name: {{ .Release.Name }}-prepare, annotations: { "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": "before-hook-creation" } }
spec: { template: { spec: { restartPolicy: Never, containers: [ { name: prepare, image: "example/prepare:1" } ] } } }
`;
const brought = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\ndata: { mode: "on" }\n';

describe.skipIf(missing !== undefined)(
  `a proxy in front of the API server${missing ? ` (${missing.remedy})` : ''}`,
  () => {
    let cluster: Kubernetes;
    let api: KubeApi;
    const folder = mkdtempSync(join(tmpdir(), 'sealift-proxy-'));
    beforeAll(async () => {
      cluster = await startKubernetes(peers[1], peers[2]);
      api = await KubeApi.fromKubeconfig(cluster.kubeconfig);
    });
    afterAll(async () => {
      api?.close();
      await cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** What the controller of Jobs says once the pod has run. */
    async function complete(name: string): Promise<void> {
      const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: at,
      }));
      await api.merge(`${jobs}/${name}/status`, {
        status: { startTime: at, completionTime: at, succeeded: 1, conditions },
      });
    }

    it('25, that ends what stays open keeps no hook of helm from being waited for', async () => {
      let cut = 0;
      const kubeconfig = join(folder, 'kubeconfig');
      const proxy = await startCuttingKubernetes(cluster.kubeconfig, kubeconfig, {
        async after({ path }) {
          if (!path.includes('/jobs') || !/[?&]watch=/.test(path) || cut >= cuts) return;
          cut += 1;
          throw new Error('an idle connection');
        },
      });
      const bench = await LayerBench.open({ kubeconfig }, peers[0]);
      try {
        const chart = packChart(peers[0], { 'templates/hook.yaml': hook, 'templates/brought.yaml': brought });
        const layer = bench.shelf.layer({ pack: 'dock' }, { charts: { 'charts/web-1.0.0.tgz': chart } });
        const applied = bench.port().applyLayer(layer, never);
        await Promise.all([
          applied,
          (async () => {
            await waitUntil('the proxy to end what waits for the hook', () => cut >= cuts, 180_000);
            await waitUntil('the Job of the hook', () => api.get<KubeObject>(`${jobs}/dock-web-prepare`), 60_000);
            await complete('dock-web-prepare');
          })(),
        ]);
        expect(await bench.status('dock')).toMatchObject({ digest: layer.digest, wait: null });
        expect(await bench.configMap('dock-web')).toEqual({ mode: 'on' });
      } finally {
        bench.close();
        await proxy.close();
      }
    });
  },
);
