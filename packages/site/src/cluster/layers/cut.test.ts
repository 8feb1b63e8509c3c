import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '@sealift/kubernetes/helm-releases';
import { Objects } from '@sealift/kubernetes/objects';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readLayerRecord, parentOf } from './layer-record.ts';
import { Cutter, MortalHelm } from './testing/cutting.ts';
import { LayerBench, never } from './testing/layer-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);
const configMap = (name: string, mode: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { mode: ${mode} }\n---\n`;

describe.skipIf(missing !== undefined)(`a layer that is cut${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let bench: LayerBench;
  let folder: string;
  let mortal: MortalHelm;
  const cutter = new Cutter();
  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    bench = await LayerBench.open(cluster, helm);
    folder = mkdtempSync(join(tmpdir(), 'sealift-cut-'));
    mortal = new MortalHelm(folder, helm);
  });
  afterAll(async () => {
    bench?.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const names = ['a', 'b', 'c', 'gone'];
  const layerOf = (pack: string, version: string, mode: string, with_: readonly string[]): DesiredLayer => {
    const text = with_.map((one) => configMap(`${pack}-${one}`, mode)).join('');
    return bench.shelf.layer({ pack, version }, { manifests: { 'manifests/m.yaml': text } });
  };
  const modes = async (pack: string): Promise<unknown> =>
    await Promise.all(names.map(async (one) => await bench.configMap(`${pack}-${one}`)));
  const cuttable = () => {
    const objects = new Objects(cutter.through(bench.client));
    return bench.port({ objects: () => Promise.resolve(objects) });
  };

  it.each(['before', 'after'] as const)(
    '%s any effect on the cluster is one that is not applied, and is finished by applying it again',
    async (when) => {
      const pack = `cut-${when}`;
      const before = layerOf(pack, '1.0.0', 'one', names);
      const after = layerOf(pack, '2.0.0', 'two', ['a', 'b', 'c']);
      let cuts = 0;
      for (let at = 1; ; at += 1) {
        await bench.port().applyLayer(before, never);
        cutter.cut(at, when);
        const cut = await cuttable()
          .applyLayer(after, never)
          .then(
            () => false,
            () => true,
          );
        if (!cut) break;
        cuts += 1;
        const status = await bench.status(pack);
        // The last effect is the record, which is there when only its answer was lost.
        if (status?.digest === after.digest) expect(when).toBe('after');
        else if (status?.digest === before.digest) expect(at).toBe(1);
        else
          expect(status).toMatchObject({
            digest: '',
            wait: { level: 'blocked', what: `${pack}: applying 2.0.0 was cut` },
          });
        await bench.port().applyLayer(after, never);
        expect(await bench.status(pack), `cut at effect ${at}`).toMatchObject({ digest: after.digest, wait: null });
        expect(await modes(pack)).toEqual([{ mode: 'two' }, { mode: 'two' }, { mode: 'two' }, undefined]);
        const stored = readLayerRecord(
          (await bench.objects.get(parentOf(after))) ?? { apiVersion: '', kind: '', metadata: { name: '' } },
        );
        expect(stored.record).toMatchObject({
          attempt: null,
          members: [{ name: `${pack}-a` }, { name: `${pack}-b` }, { name: `${pack}-c` }],
        });
      }
      expect(cuts).toBeGreaterThan(5);
    },
  );

  it.each(['before', 'after'] as const)(
    '%s any effect of its first installation, and then of its removal, leaves nothing behind',
    async (when) => {
      const pack = `new-${when}`;
      const layer = layerOf(pack, '1.0.0', 'one', names);
      let cuts = 0;
      for (let at = 1; ; at += 1) {
        cutter.cut(at, when);
        const cut = await cuttable()
          .applyLayer(layer, never)
          .then(
            () => false,
            () => true,
          );
        await bench.port().applyLayer(layer, never);
        expect(await bench.status(pack)).toMatchObject({ digest: layer.digest, wait: null });
        cutter.cut(at, when);
        const cutOff = await cuttable()
          .removeLayer(layer, never)
          .then(
            () => false,
            () => true,
          );
        const status = await bench.status(pack);
        if (cutOff && status !== undefined && status.digest === '')
          expect(status.wait?.what).toBe(`${pack}: its removal was cut`);
        await bench.port().removeLayer(layer, never);
        expect(await bench.status(pack)).toBeUndefined();
        expect(await modes(pack)).toEqual([undefined, undefined, undefined, undefined]);
        if (!cut && !cutOff) break;
        cuts += 1;
      }
      expect(cuts).toBeGreaterThan(5);
    },
  );

  it.each(['before', 'after'] as const)(
    'by the end of helm %s it has done its work is finished by applying or removing it again',
    async (when) => {
      const settings =
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }}-x }\ndata: { mode: {{ .Values.mode }} }\n';
      const pack = `helm-${when}`;
      const chart = packChart(helm, { 'templates/x.yaml': settings, 'values.yaml': 'mode: one\n' }, { name: pack });
      const layer = (mode: string) =>
        bench.shelf.layer(
          { pack, values: `charts: { ${pack}: { mode: ${mode} } }` },
          { charts: { 'charts/x.tgz': chart } },
        );
      const port = bench.port({ helm: { path: mortal.path } });
      const ended = { code: 'HELM_FAILED' };
      mortal.dieOnce(when);
      await expect(port.applyLayer(layer('one'), never)).rejects.toMatchObject(ended);
      expect(mortal.isToDie).toBe(false);
      expect(await bench.status(pack)).toMatchObject({ digest: '' });
      await port.applyLayer(layer('one'), never);
      mortal.dieOnce(when);
      await expect(port.applyLayer(layer('two'), never)).rejects.toMatchObject(ended);
      await port.applyLayer(layer('two'), never);
      expect(await bench.configMap(`${pack}-x`)).toEqual({ mode: 'two' });
      expect(await bench.status(pack)).toMatchObject({ digest: layer('two').digest, wait: null });
      mortal.dieOnce(when);
      await expect(port.removeLayer(layer('two'), never)).rejects.toMatchObject(ended);
      expect(await bench.status(pack)).toMatchObject({ digest: '' });
      await port.removeLayer(layer('two'), never);
      expect(await bench.configMap(`${pack}-x`)).toBeUndefined();
      expect(await readHistory(bench.objects, { namespace: 'default', name: pack })).toEqual([]);
    },
  );

  it('by somebody who writes its record meanwhile is not said to be applied', async () => {
    const layer = layerOf('raced', '1.0.0', 'one', ['a']);
    await bench.port().applyLayer(layer, never);
    const next = layerOf('raced', '2.0.0', 'two', ['a']);
    // Another engine begins under a newer lease while this one is between its first and its last word.
    let began = false;
    const racing = new Proxy(bench.client, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'ask') return member.bind(target) as unknown;
        return async (request: Parameters<typeof target.ask>[0]) => {
          const answer = await target.ask(request);
          if (
            !began &&
            request.method === 'PATCH' &&
            request.path.endsWith('/configmaps/raced-a') &&
            request.query?.['dryRun'] === undefined
          ) {
            began = true;
            await bench
              .port({ holder: () => ({ id: 'newer', epoch: 2 }) })
              .applyLayer(layerOf('raced', '3.0.0', 'three', ['a']), never);
          }
          return answer;
        };
      },
    });
    const port = bench.port({ objects: () => Promise.resolve(new Objects(racing)) });
    await expect(port.applyLayer(next, never)).rejects.toMatchObject({ code: 'KUBERNETES_CONFLICT' });
    expect(began).toBe(true);
    expect(await bench.status('raced')).toMatchObject({ version: '3.0.0', wait: null });
  });
});
