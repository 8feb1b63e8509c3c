import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { Objects } from '@sealift/kubernetes/objects';
import { printKubeconfig } from '@sealift/testkit/site/kube-api';
import { apply } from '@sealift/kubernetes/apply';
import { readManifest } from '@sealift/kubernetes/manifest';
import type { OwnObjects, SetField } from '@sealift/core/release';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { waitUntil } from '@sealift/testkit/wait-until';
import { declaredContract } from '@sealift/upgrade/ports/contract/declared';
import { declaredCheck, declaredStepCheck } from '@sealift/upgrade/preflight/declared-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { layerChecks } from '../../checks/layers/layer-checks.ts';
import { LayerBench, never } from '../layers/testing/layer-bench.ts';
import { declaredPort } from './declared-port.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const helm = peer('helm');
const peers = [helm, peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);

const definition = (group: string): string => `apiVersion: apiextensions.k8s.io/v1
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

describe.skipIf(missing !== undefined)(`what a release declares${missing ? ` (${missing.remedy})` : ''}`, () => {
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
  const port = () => declaredPort(() => Promise.resolve(bench.objects));
  const map = (name: string, more: object = {}) =>
    bench.objects.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', ...more },
      data: { a: 'hand' },
    });
  const owning = (name: string, owner: OwnObjects['owner']): OwnObjects => ({
    kind: 'own-objects',
    owner,
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name }],
  });
  const setting = (name: string): SetField => ({
    kind: 'set-field',
    object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name },
    field: '.data.a',
    from: ['hand', 'other'],
    to: 'set',
  });
  const toHelm = (release: string, managers: string[] = []) => ({ helm: { release, namespace: 'default', managers } });

  declaredContract('a real cluster', async () => {
    next += 1;
    const [group, name] = [`harbor${next}.example.com`, `own-${next}`];
    const [object] = readManifest(definition(group), 'test').map((one) => one.object);
    if (object === undefined) throw new Error('no definition');
    await apply(bench.objects, object);
    await map(name, { labels: { app: name } });
    await waitUntil('the tug to be taken', () =>
      bench.objects
        .create({ apiVersion: `${group}/v1alpha1`, kind: 'Tug', metadata: { name: 'one', namespace: 'default' } })
        .catch(() => false),
    );
    return {
      port: {
        declared: port(),
        work: [
          owning(name, toHelm('files')),
          { kind: 'move-stored-version', definition: `tugs.${group}`, from: 'v1alpha1' },
          setting(name),
        ],
        query: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', selector: `app=${name}` },
      },
    };
  });

  it('sets a field from what it may be, leaves the rest, and keeps its hands off anything else', async () => {
    await map('setting');
    const at = setting('setting').object;
    const look = async () => await port().standing(setting('setting'), never);
    expect(await look()).toMatchObject({
      state: 'act',
      message: 'Setting .data.a of ConfigMap default/setting from hand to set',
    });
    await bench.objects.mergePatch(at, { data: { b: 'stays' } });
    await port().act(setting('setting'), never);
    expect((await bench.objects.get(at))?.['data']).toEqual({ a: 'set', b: 'stays' });
    expect(await look()).toMatchObject({ state: 'done', evidence: { value: 'set' } });
    await bench.objects.mergePatch(at, { data: { a: 'by hand' } });
    await expect(look()).rejects.toMatchObject({
      code: 'DECLARED_STEP_REFUSED',
      message: expect.stringContaining('it is by hand, and not hand or other'),
    });
    await expect(port().act(setting('setting'), never)).rejects.toMatchObject({ code: 'DECLARED_STEP_REFUSED' });
    await bench.objects.mergePatch(at, { data: { a: null } });
    await expect(look()).rejects.toThrow('it is not set');
    await expect(port().standing(setting('nobody'), never)).rejects.toThrow('it is not there');
  });

  it('lets a definition drop the version that was moved out of', async () => {
    const group = 'dropping.example.com';
    const [object] = readManifest(definition(group), 'test').map((one) => one.object);
    if (object === undefined) throw new Error('no definition');
    await apply(bench.objects, object);
    await waitUntil('the tug to be taken', () =>
      bench.objects
        .create({ apiVersion: `${group}/v1alpha1`, kind: 'Tug', metadata: { name: 'one', namespace: 'default' } })
        .catch(() => false),
    );
    await port().act({ kind: 'move-stored-version', definition: `tugs.${group}`, from: 'v1alpha1' }, never);
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
    const of = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `tugs.${group}` };
    await bench.objects.mergePatch(of, { spec: { versions } });
    await waitUntil(
      'the tug to be read in v1',
      async () => (await bench.get(`${group}/v1`, 'Tug', 'one', 'default')) !== undefined,
    );
  });

  it('gives an object that was made by hand to a chart, which is refused without, before Confirm and in the upgrade', async () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: hand-made }\ndata: { a: chart }\n';
    const chart = packChart(helm, { 'templates/map.yaml': text }, { name: 'owned' });
    const layer = bench.shelf.layer({ pack: 'owned' }, { charts: { 'charts/owned.tgz': chart } });
    await map('hand-made', { labels: { of: 'hand' } });
    await expect(bench.port().applyLayer(layer, never)).rejects.toThrow(/hand-made/);
    const work = owning('hand-made', toHelm('owned', ['sealift']));
    const moves = () =>
      Promise.resolve([{ layer: 'addon', pack: 'owned', now: undefined, next: layer, doing: 'apply' } as const]);
    const look = async (takenOver: readonly OwnObjects[]) =>
      (await Promise.all(layerChecks((cancel) => bench.tools(cancel), moves, { timeoutMs: 60_000, takenOver })))[0];
    expect(await look([])).toMatchObject({ outcome: 'block', detail: expect.stringContaining('does not belong') });
    // Of another release it would stop the upgrade all the same.
    expect(await look([owning('hand-made', toHelm('other'))])).toMatchObject({ outcome: 'block' });
    expect(await look([work])).toMatchObject({
      outcome: 'warn',
      detail: expect.stringContaining('takes it over first'),
    });
    await port().act(work, never);
    await bench.port().applyLayer(layer, never);
    expect(await bench.configMap('hand-made')).toEqual({ a: 'chart' });
  });

  it('gives the fields of another manager to manifests, which are refused without', async () => {
    await map('theirs');
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: theirs, namespace: default }\ndata: { a: pack }\n';
    const layer = bench.shelf.layer({ pack: 'theirs' }, { manifests: { 'manifests/map.yaml': text } });
    // As kubectl would have left it.
    const live = await bench.get('v1', 'ConfigMap', 'theirs', 'default');
    const managedFields = live?.metadata.managedFields?.map((entry) => ({ ...entry, manager: 'kubectl-create' }));
    await bench.objects.mergePatch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'theirs', namespace: 'default' },
      { metadata: { managedFields } },
    );
    await expect(bench.port().applyLayer(layer, never)).rejects.toThrow(/kubectl-create/);
    await port().act(owning('theirs', { managers: ['kubectl-create'] }), never);
    await bench.port().applyLayer(layer, never);
    expect(await bench.configMap('theirs')).toEqual({ a: 'pack' });
  });

  it.each([
    [
      'a controller',
      { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u', controller: true }] },
      'Deployment web',
    ],
    [
      'another release of Helm',
      { annotations: { 'meta.helm.sh/release-name': 'old', 'meta.helm.sh/release-namespace': 'x' } },
      'x/old',
    ],
  ])('takes nothing from %s', async (name, metadata, owner) => {
    const of = name.replaceAll(' ', '-').toLowerCase();
    await map(of, metadata);
    const refused = { code: 'DECLARED_STEP_REFUSED', message: expect.stringContaining(owner), next: 'wait' };
    await expect(port().standing(owning(of, toHelm('files')), never)).rejects.toMatchObject(refused);
    await expect(port().act(owning(of, toHelm('files')), never)).rejects.toMatchObject(refused);
    expect((await bench.get('v1', 'ConfigMap', of, 'default'))?.metadata.labels).toBeUndefined();
  });

  it('leaves out what is not there', async () => {
    expect(await port().standing(owning('nobody', toHelm('files')), never)).toMatchObject({
      state: 'done',
      evidence: { missing: ['ConfigMap default/nobody'] },
    });
  });

  describe('is checked: it', () => {
    const check = (query: object, expected: object, more: object = {}) => {
      const declared = { name: 'one', title: 'One', remedy: 'Mend it.', severity: 'block', optional: false };
      const of = { ...declared, query, expect: expected, ...more } as Parameters<typeof declaredCheck>[1];
      return declaredCheck(port(), of, { release: '4.2.13', isLater: false });
    };
    const service = { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'kubernetes' };

    it('passes by what the API server says, with it', async () => {
      expect(await check(service, { equals: 443 }, { field: '.spec.ports[?(@.name=="https")].port' })).toEqual({
        name: 'release-4.2.13-one',
        title: 'One',
        outcome: 'pass',
        detail: 'Service default/kubernetes: .spec.ports[?(@.name=="https")].port is 443',
      });
    });

    it('stops the upgrade where it does not hold, and can be accepted only where the release says what that means', async () => {
      const blocked = await check(service, { equals: 'LoadBalancer' }, { field: '.spec.type' });
      expect(blocked).toMatchObject({
        outcome: 'block',
        detail: expect.stringContaining('is ClusterIP'),
        remedy: 'Mend it.',
      });
      expect(blocked.risk).toBeUndefined();
      const risk = 'Nobody reaches it.';
      expect(await check(service, { equals: 'x' }, { field: '.spec.type', risk })).toMatchObject({
        risk: { consequence: risk, objects: ['Service default/kubernetes'] },
      });
      expect(await check(service, { equals: 'x' }, { field: '.spec.type', severity: 'warn' })).toMatchObject({
        outcome: 'warn',
      });
    });

    it('gives no all-clear where the account may not look', async () => {
      const metadata = { name: 'nobody', namespace: 'default' };
      await bench.objects.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
      const path = '/api/v1/namespaces/default/serviceaccounts/nobody/token';
      const { body } = await bench.client.ask({
        method: 'POST',
        path,
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      });
      const { token } = (body as { readonly status: { readonly token: string } }).status;
      const folder = mkdtempSync(join(tmpdir(), 'sealift-declared-'));
      const kubeconfig = join(folder, 'kubeconfig');
      writeFileSync(kubeconfig, printKubeconfig({ server: cluster.url, ca: cluster.ca, token }));
      const client = await KubernetesClient.connect({ kubeconfig, retryDelaysMs: [] });
      try {
        const blind = declaredPort(() => Promise.resolve(new Objects(client)));
        const place = { release: '4.2.13', isLater: false };
        const rest = { title: 'One', remedy: 'Mend it.', severity: 'warn', optional: true } as const;
        const unseen = {
          outcome: 'unknown',
          detail: expect.stringContaining('nobody'),
          remedy: expect.stringContaining('right'),
        };
        const look = declaredCheck(blind, { name: 'one', query: service, expect: { absent: true }, ...rest }, place);
        expect(await look).toMatchObject(unseen);
        const step = { id: 'x', title: 'Own', rollback: 'reversible', kind: 'own-objects' } as const;
        const work = owning('anything', toHelm('files'));
        expect(await declaredStepCheck(blind, { ...step, target: { name: 'own', do: work } }, place)).toMatchObject(
          unseen,
        );
      } finally {
        client.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('gives no all-clear where the kind has another name here', async () => {
      const gone = { absent: true };
      expect(await check({ apiVersion: 'v1', kind: 'Servce' }, gone)).toMatchObject({ outcome: 'unknown' });
      expect(await check({ apiVersion: 'apps/v1beta1', kind: 'Deployment' }, gone)).toMatchObject({
        outcome: 'unknown',
      });
      expect(await check({ apiVersion: 'network.k8s.io/v1', kind: 'Ingress' }, gone)).toMatchObject({
        outcome: 'unknown',
      });
      // There may be objects of it in the version that is served.
      const group = 'other-version.example.com';
      const [object] = readManifest(definition(group), 'test').map((one) => one.object);
      if (object === undefined) throw new Error('no definition');
      await apply(bench.objects, object);
      await waitUntil('tugs to be served', async () => {
        bench.objects.discovery.forget();
        return (await bench.objects.discovery.versions(group)).length > 0;
      });
      expect(await check({ apiVersion: `${group}/v9`, kind: 'Tug' }, gone)).toMatchObject({ outcome: 'unknown' });
      expect(await check({ apiVersion: 'not.installed.example/v1', kind: 'Thing' }, gone)).toMatchObject({
        outcome: 'pass',
      });
      expect(await check({ apiVersion: 'not.installed.example/v1', kind: 'Thing' }, { exists: true })).toMatchObject({
        outcome: 'block',
      });
    });
  });
});
