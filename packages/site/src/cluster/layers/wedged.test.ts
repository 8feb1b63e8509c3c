import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Helm } from '@sealift/kubernetes/helm';
import { HelmProgram } from '@sealift/kubernetes/helm-program';
import { readHistory } from '@sealift/kubernetes/helm-releases';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MortalHelm } from './testing/cutting.ts';
import { LayerBench, never } from './testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
/** Nobody runs Jobs here, so it does not end. */
const endless = (when: string): string => `apiVersion: batch/v1
kind: Job
metadata: { name: {{ .Release.Name }}-hook, annotations: { "helm.sh/hook": "${when}" } }
spec: { template: { spec: { restartPolicy: Never, containers: [ { name: hook, image: "example/hook:1" } ] } } }
`;

describe.skipIf(missing !== undefined)(`a release that was left wedged${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let bench: LayerBench;
  let folder: string;
  let mortal: MortalHelm;
  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    bench = await LayerBench.open(cluster, helm);
    folder = mkdtempSync(join(tmpdir(), 'sealift-wedged-'));
    mortal = new MortalHelm(folder, helm);
  });
  afterAll(async () => {
    bench?.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const layerOf = (pack: string, version: string, files: Readonly<Record<string, string>>) =>
    bench.shelf.layer(
      { pack, version },
      { charts: { 'charts/c.tgz': packChart(helm, files, { name: pack, version }) } },
    );
  const history = async (name: string) => await readHistory(bench.objects, { namespace: 'default', name });
  const statuses = async (name: string) => (await history(name)).map(({ revision, status }) => `${revision} ${status}`);

  /** Applies a version whose helm is killed while it waits for its hook. */
  async function applyAndKill(
    pack: string,
    version: string,
    files: Readonly<Record<string, string>>,
    ready: () => Promise<boolean>,
  ) {
    const port = bench.port({ helm: { path: mortal.path } });
    const applying = port.applyLayer(layerOf(pack, version, files), never);
    applying.catch(() => undefined);
    await expect.poll(ready, { timeout: 60_000, interval: 100 }).toBe(true);
    mortal.kill();
    await expect(applying).rejects.toMatchObject({
      code: 'HELM_FAILED',
      message: expect.stringContaining('ended by a signal') as unknown,
    });
  }

  it('is freed by the next holder of the lease, and by no other; what was cut is told until then', async () => {
    const files = { 'templates/a.yaml': configMap('freed-a') };
    await bench.port().applyLayer(layerOf('freed', '1.0.0', files), never);
    const hooked = { ...files, 'templates/hook.yaml': endless('pre-upgrade') };
    await applyAndKill('freed', '2.0.0', hooked, async () => (await statuses('freed')).at(-1) === '2 pending-upgrade');

    expect(await bench.status('freed')).toMatchObject({
      version: '1.0.0',
      digest: '',
      valuesHash: '',
      wait: {
        what: 'freed: applying 2.0.0 was cut',
        level: 'blocked',
        remedy: expect.stringContaining('Resume') as unknown,
      },
    });
    const next = layerOf('freed', '2.0.1', { ...files, 'templates/b.yaml': configMap('freed-b') });
    const as = (id: string, epoch: number) => bench.port({ holder: () => ({ id, epoch }) });
    await expect(as('other', 1).applyLayer(next, never)).rejects.toMatchObject({ code: 'LAYER_INVALID' });
    await expect(as('engine', 0).applyLayer(next, never)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(as('engine', 0).removeLayer(next, never)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect((await statuses('freed')).at(-1)).toBe('2 pending-upgrade');
    expect(await bench.status('freed', as('other', 1))).toMatchObject({
      wait: { what: 'freed: 2.0.0 is being applied', level: 'moving' },
    });

    await as('other', 2).applyLayer(next, never);
    expect(await statuses('freed')).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect((await history('freed'))[1]?.description).toMatch(/^cut at .*: engine, which began it, is no more$/);
    expect(await bench.status('freed')).toMatchObject({ version: '2.0.1', digest: next.digest, wait: null });
  });

  it('is freed also where its first installation was cut', async () => {
    const files = { 'templates/a.yaml': configMap('first-a') };
    const hooked = { ...files, 'templates/hook.yaml': endless('post-install') };
    await applyAndKill(
      'first',
      '1.0.0',
      hooked,
      async () =>
        (await statuses('first')).at(-1) === '1 pending-install' &&
        (await bench.get('batch/v1', 'Job', 'first-hook', 'default')) !== undefined,
    );
    expect(await bench.status('first')).toMatchObject({
      version: '1.0.0',
      digest: '',
      wait: { what: 'first: applying 1.0.0 was cut' },
    });
    await bench.port().applyLayer(layerOf('first', '1.0.0', files), never);
    // Helm took the failed one for what it upgraded from.
    expect(await statuses('first')).toEqual(['1 superseded', '2 deployed']);
    expect((await history('first'))[0]?.description).toMatch(/^cut at /);
  });

  it('can be removed with its layer', async () => {
    const files = { 'templates/a.yaml': configMap('gone-a') };
    await bench.port().applyLayer(layerOf('gone', '1.0.0', files), never);
    const hooked = { ...files, 'templates/hook.yaml': endless('pre-upgrade') };
    await applyAndKill('gone', '2.0.0', hooked, async () => (await statuses('gone')).at(-1) === '2 pending-upgrade');
    await bench.port().removeLayer({ layer: 'addon', pack: 'gone' }, never);
    expect(await statuses('gone')).toEqual([]);
    expect(await bench.get('v1', 'ConfigMap', 'gone-a', 'default')).toBeUndefined();
    expect(await bench.status('gone')).toBeUndefined();
  });

  it('stays as it is while the cluster has objects that only the cut revision knows', async () => {
    const files = { 'templates/a.yaml': configMap('left-a') };
    await bench.port().applyLayer(layerOf('left', '1.0.0', files), never);
    const more = {
      ...files,
      'templates/extra.yaml': configMap('left-extra'),
      'templates/hook.yaml': endless('post-upgrade'),
    };
    await applyAndKill(
      'left',
      '2.0.0',
      more,
      async () => (await bench.get('batch/v1', 'Job', 'left-hook', 'default')) !== undefined,
    );
    const again = layerOf('left', '2.0.1', files);
    await expect(bench.port().applyLayer(again, never)).rejects.toMatchObject({
      code: 'HELM_RELEASE_WEDGED',
      message: expect.stringMatching(
        /pending-upgrade since .*neither revision 1 nor what comes next has: ConfigMap default\/left-extra/,
      ) as unknown,
    });
    expect((await statuses('left')).at(-1)).toBe('2 pending-upgrade');
    await bench.objects.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'left-extra', namespace: 'default' });
    await bench.port().applyLayer(again, never);
    expect(await statuses('left')).toEqual(['1 superseded', '2 failed', '3 deployed']);
  });

  it('by somebody else is left to them', async () => {
    const files = { 'templates/a.yaml': configMap('foreign-a') };
    await bench.port().applyLayer(layerOf('foreign', '1.0.0', files), never);
    const byHand = new Helm(await HelmProgram.open({ path: helm.path }), { kubeconfig: cluster.kubeconfig });
    const cut = new AbortController();
    const chart = packChart(
      helm,
      { ...files, 'templates/hook.yaml': endless('pre-upgrade') },
      { name: 'foreign', version: '2.0.0' },
    );
    const running = byHand.upgrade({ namespace: 'default', name: 'foreign', chart, values: {}, cancel: cut.signal });
    running.catch(() => undefined);
    await expect.poll(async () => (await statuses('foreign')).at(-1), { timeout: 60_000 }).toBe('2 pending-upgrade');
    cut.abort();
    await running.catch(() => undefined);
    await expect(bench.port().applyLayer(layerOf('foreign', '2.0.0', files), never)).rejects.toMatchObject({
      code: 'HELM_RELEASE_WEDGED',
      message: expect.stringContaining('it is not known who began that') as unknown,
    });
    expect(await bench.status('foreign')).toMatchObject({
      version: '1.0.0',
      wait: { what: 'foreign: revision 2 of the release default/foreign is pending-upgrade' },
    });
  });
});
