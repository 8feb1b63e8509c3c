import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '@sealift/kubernetes/helm-releases';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LayerRuns } from './layer-runs.ts';
import { MortalHelm } from './testing/cutting.ts';
import { LayerBench, never } from './testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\n';
/** Nobody runs Jobs here but the test. */
const hook = `apiVersion: batch/v1
kind: Job
metadata: { name: {{ .Release.Name }}-migrate, annotations: { "helm.sh/hook": "pre-install,pre-delete" } }
spec: { template: { spec: { restartPolicy: Never, containers: [ { name: migrate, image: "example/migrate:1" } ] } } }
`;

describe.skipIf(missing !== undefined)(
  `a layer whose hooks take their time${missing ? ` (${missing.remedy})` : ''}`,
  () => {
    let cluster: Kubernetes;
    let bench: LayerBench;
    let folder: string;
    let mortal: MortalHelm;
    beforeAll(async () => {
      cluster = await startKubernetes(peers[1], peers[2]);
      bench = await LayerBench.open(cluster, helm);
      folder = mkdtempSync(join(tmpdir(), 'sealift-underway-'));
      mortal = new MortalHelm(folder, helm);
    });
    afterAll(async () => {
      bench?.close();
      await cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    const layerOf = (pack: string): DesiredLayer =>
      bench.shelf.layer(
        { pack },
        {
          charts: {
            'charts/c.tgz': packChart(
              helm,
              { 't/x': '', 'templates/a.yaml': settings, 'templates/h.yaml': hook },
              { name: pack },
            ),
          },
        },
      );
    const port = (runs: LayerRuns) => bench.begins(runs, { helm: { path: mortal.path } });
    const jobThere = (name: string) => async () =>
      (await bench.get('batch/v1', 'Job', `${name}-migrate`, 'default')) !== undefined;
    const endJob = async (name: string, type: 'Complete' | 'Failed'): Promise<void> => {
      const at = new Date().toISOString();
      const before = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
      const conditions = [before, type].map((one) => ({
        type: one,
        status: 'True',
        lastTransitionTime: at,
        reason: 'Test',
      }));
      const ended = type === 'Complete' ? { succeeded: 1, completionTime: at } : { failed: 1 };
      const status = { startTime: at, conditions, uncountedTerminatedPods: {}, ...ended };
      const { status: answered } = await bench.client.ask({
        method: 'PATCH',
        path: `/apis/batch/v1/namespaces/default/jobs/${name}-migrate/status`,
        contentType: 'application/merge-patch+json',
        body: { status },
      });
      expect(answered).toBe(200);
    };
    const statuses = async (name: string) =>
      (await readHistory(bench.objects, { namespace: 'default', name })).map(
        ({ revision, status }) => `${revision} ${status}`,
      );
    const isAlive = (): boolean => {
      try {
        process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 0);
        return true;
      } catch {
        return false;
      }
    };

    it('is begun by a call that returns, tells the hook that it waits for, and is then applied; its removal likewise', async () => {
      const runs = new LayerRuns();
      const layer = layerOf('slow');
      const { version, digest, valuesHash } = layer;
      await port(runs).applyLayer(layer, never);
      await expect.poll(jobThere('slow'), { timeout: 60_000 }).toBe(true);
      const underway = { doing: 'apply', version, digest, valuesHash };
      await expect
        .poll(() => bench.status('slow', port(runs)), { timeout: 60_000 })
        .toMatchObject({
          digest: '',
          underway,
          wait: {
            what: expect.stringMatching(
              /^slow: the release default\/slow waits for its hook Job\.batch default\/slow-migrate \(pre-install, pre-delete\)/,
            ),
            since: expect.any(String),
            object: { kind: 'Job', name: 'default/slow-migrate' },
          },
        });
      // Asked again it is joined.
      await port(runs).applyLayer(layer, never);
      expect(await statuses('slow')).toEqual(['1 pending-install']);
      await endJob('slow', 'Complete');
      await expect
        .poll(() => bench.status('slow', port(runs)), { timeout: 60_000 })
        .toMatchObject({ digest, wait: null });
      expect((await bench.status('slow', port(runs)))?.underway).toBeUndefined();
      expect(await statuses('slow')).toEqual(['1 deployed']);

      await bench.objects.delete({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'default', name: 'slow-migrate' });
      await port(runs).removeLayer(layer, never);
      await expect
        .poll(() => bench.status('slow', port(runs)), { timeout: 60_000 })
        .toMatchObject({
          underway: { doing: 'remove' },
          wait: { what: expect.stringContaining('waits for its hook Job.batch default/slow-migrate') },
        });
      // Helm says that it waits before it makes the Job.
      await expect.poll(jobThere('slow'), { timeout: 60_000 }).toBe(true);
      await endJob('slow', 'Complete');
      await expect.poll(() => bench.status('slow', port(runs)), { timeout: 60_000 }).toBeUndefined();
      await port(runs).removeLayer(layer, never);
      await runs.close();
    });

    it('tells why it failed to who asks again, and begins anew with the next', async () => {
      const runs = new LayerRuns();
      const layer = layerOf('bad');
      await port(runs).applyLayer(layer, never);
      await expect.poll(jobThere('bad'), { timeout: 60_000 }).toBe(true);
      await endJob('bad', 'Failed');
      await expect
        .poll(async () => (await bench.status('bad', port(runs)))?.underway, { timeout: 60_000 })
        .toBeUndefined();
      await expect(port(runs).applyLayer(layer, never)).rejects.toMatchObject({
        code: 'HELM_FAILED',
        message: expect.stringContaining('default/bad'),
      });
      expect(await statuses('bad')).toEqual(['1 failed']);
      await port(runs).applyLayer(layer, never);
      expect((await bench.status('bad', port(runs)))?.underway).toMatchObject({ doing: 'apply' });
      await runs.close();
    });

    it.each(['the signal of its call', 'the end of the process’ work'])(
      'ends with %s: helm is dead at once, and the next begins where it was cut',
      async (by) => {
        const pack = by.startsWith('the signal') ? 'cut-signal' : 'cut-end';
        const runs = new LayerRuns();
        const stop = new AbortController();
        const layer = layerOf(pack);
        await port(runs).applyLayer(layer, stop.signal);
        await expect.poll(jobThere(pack), { timeout: 60_000 }).toBe(true);
        expect(isAlive()).toBe(true);
        if (pack === 'cut-signal') {
          stop.abort();
          await port(runs).workEnded();
        } else await runs.close();
        // Whose parent is gone is a number until the system has buried it.
        await expect.poll(isAlive, { timeout: 5000 }).toBe(false);
        expect(await bench.status(pack)).toMatchObject({
          wait: { level: 'blocked', what: `${pack}: applying 1.0.0 was cut` },
        });
        expect(await statuses(pack)).toEqual(['1 pending-install']);

        const again = new LayerRuns();
        await port(pack === 'cut-signal' ? runs : again).applyLayer(layer, never);
        // To helm that is an upgrade, before which this hook does not run.
        await expect
          .poll(async () => await statuses(pack), { timeout: 60_000 })
          .toEqual(['1 superseded', '2 deployed']);
        await Promise.all([runs.close(), again.close()]);
      },
    );
  },
);
