import { apply } from '@sealift/kubernetes/apply';
import { readManifest } from '@sealift/kubernetes/manifest';
import type { KubeObject } from '@sealift/kubernetes/object';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { waitUntil } from '@sealift/testkit/wait-until';
import { storedVersionsContract } from '@sealift/upgrade/ports/contract/stored-versions';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LayerBench, never } from '../layers/testing/layer-bench.ts';
import { storedVersionsPort } from './stored-versions-port.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const definition = (
  group: string,
  versions: readonly string[],
  stored = versions[0],
): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: tugs.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { kind: Tug, plural: tugs }
  versions:
${versions
  .map(
    (name) =>
      `    - { name: ${name}, served: true, storage: ${name === stored}, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { power: { type: integer } } } } } } }`,
  )
  .join('\n')}
---
`;
const tug = (group: string, version: string): string =>
  `apiVersion: ${group}/${version}\nkind: Tug\nmetadata: { name: one, namespace: default }\nspec: { power: 3 }\n---\n`;
const objectsOf = (text: string): readonly KubeObject[] => readManifest(text, 'test').map(({ object }) => object);

describe.skipIf(missing !== undefined)(`stored versions of a cluster${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let bench: LayerBench;
  let next = 0;
  beforeAll(async () => {
    cluster = await startKubernetes(peers[1], peers[2]);
    bench = await LayerBench.open(cluster, helm);
  });
  afterAll(async () => {
    bench?.close();
    await cluster?.stop();
  });
  const port = () => storedVersionsPort((cancel) => bench.tools(cancel));
  const layerOf = (pack: string, version: string, text: string): DesiredLayer =>
    bench.shelf.layer({ pack, version }, { manifests: { 'manifests/all.yaml': text } });

  /** A kind of its own with an object stored in v1alpha1, as a layer brought it. */
  async function oldTugs(): Promise<string> {
    next += 1;
    const group = `harbor${next}.example.com`;
    const text = definition(group, ['v1alpha1', 'v1']) + tug(group, 'v1alpha1');
    await bench.port().applyLayer(layerOf(`tugs${next}`, '1.0.0', text), never);
    // A new storage version reaches the API server's own store of the kind a moment later.
    await waitUntil(
      'the tug to be there',
      async () => (await bench.get(`${group}/v1`, 'Tug', 'one', 'default')) !== undefined,
    );
    return group;
  }
  const coming = (group: string): DesiredLayer =>
    layerOf(group.replace(/^harbor(\d+).*/, 'tugs$1'), '2.0.0', definition(group, ['v1']) + tug(group, 'v1'));

  let group = '';
  storedVersionsContract(
    'a real cluster',
    async () => {
      group = await oldTugs();
      return { port: port() };
    },
    () => [coming(group)],
  );

  it('let a layer be applied whose definition drops the version, which is refused without', async () => {
    const own = await oldTugs();
    const layer = coming(own);
    await expect(bench.port().applyLayer(layer, never)).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    expect(await port().stale([layer], never)).toEqual([
      { definition: `tugs.${own}`, versions: ['v1alpha1'], objects: 1, target: 'v1', trouble: null },
    ]);
    await port().rewrite([layer], never);
    const between = await bench.get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `tugs.${own}`);
    // Its versions are nobody's now: who brings the next one, helm too, meets no other owner.
    expect(between?.metadata.managedFields).not.toContainEqual(
      expect.objectContaining({ manager: 'sealift', operation: 'Update', subresource: undefined }),
    );
    await bench.port().applyLayer(layer, never);
    expect((await bench.get(`${own}/v1`, 'Tug', 'one', 'default'))?.['spec']).toEqual({ power: 3 });
    expect(await bench.get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `tugs.${own}`)).toMatchObject({
      status: { storedVersions: ['v1'] },
    });
  });

  it('are found for a chart’s definitions too, and kinds of others are left alone', async () => {
    const [own, other] = [await oldTugs(), await oldTugs()];
    const chart = packChart(
      helm,
      { 'crds/tugs.yaml': definition(own, ['v1']), 'templates/tug.yaml': tug(own, 'v1') },
      { name: 'tugs' },
    );
    const layer = bench.shelf.layer({ pack: 'charted' }, { charts: { 'charts/tugs.tgz': chart } });
    const stale = await port().stale([layer], never);
    expect(stale.map(({ definition: name }) => name)).toEqual([`tugs.${own}`]);
    await port().rewrite([layer], never);
    expect(await bench.get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `tugs.${other}`)).toMatchObject({
      status: { storedVersions: ['v1alpha1'] },
    });
  });

  it('have no way where no version is served both now and later', async () => {
    const own = await oldTugs();
    const layer = layerOf('stuck', '2.0.0', definition(own, ['v2']));
    expect(await port().stale([layer], never)).toMatchObject([{ target: null }]);
    await expect(port().rewrite([layer], never)).rejects.toMatchObject({ code: 'KUBERNETES_VERSION_STUCK' });
  });

  it('go on after a cut, and count what is left', async () => {
    const own = await oldTugs();
    for (const name of ['two', 'three']) {
      const [object] = objectsOf(tug(own, 'v1alpha1').replace('name: one', `name: ${name}`));
      if (object !== undefined) await apply(bench.objects, object);
    }
    const layer = coming(own);
    const cut = new AbortController();
    const tools = await bench.tools(cut.signal);
    const patch = tools.objects.mergePatch.bind(tools.objects);
    let patched = 0;
    const cutting = Object.assign(Object.create(tools.objects) as typeof tools.objects, {
      mergePatch: async (...args: Parameters<typeof patch>) => {
        const done = await patch(...args);
        patched += 1;
        if (patched === 2) cut.abort();
        return done;
      },
    });
    const cutPort = storedVersionsPort(() => Promise.resolve({ ...tools, objects: cutting }));
    await expect(cutPort.rewrite([layer], cut.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await port().stale([layer], never)).toMatchObject([{ objects: 3 }]);
    await port().rewrite([layer], never);
    expect(await port().stale([layer], never)).toEqual([]);
  });
});
