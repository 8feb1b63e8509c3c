import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../objects/object.ts';
import { type ApiServer, apiServerMissing, apiServerRemedy, applyAs, startApiServer } from '../testing/api-server.ts';
import { thingDefinition } from '../testing/thing-definition.ts';
import { apply } from './apply.ts';
import { applyAll } from './apply-all.ts';

const at = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' } as const;
const configMap = (name: string, data: Record<string, string>, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...metadata },
  data,
});
const deployment = (image: string, replicas: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
});

describe.skipIf(apiServerMissing)(`an apply (${apiServerRemedy})`, () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  }, 180_000);
  afterAll(() => server?.stop());
  const read = (name: string): Promise<KubeObject | undefined> => server.objects.get({ ...at, name });

  it('makes an object, changes it, and takes away what is not ours any more', async () => {
    const first = await apply(server.objects, configMap('plain', { a: '1', b: '1' }));
    expect(first.created).toBe(true);
    await applyAs(server, 'other', configMap('plain', { of: 'another' }));
    const second = await apply(server.objects, configMap('plain', { a: '2' }));
    expect(second).toMatchObject({ created: false, object: { data: { a: '2', of: 'another' } } });
    expect((await read('plain'))?.['data']).toEqual({ a: '2', of: 'another' });
  });

  it('stores nothing in a dry run, and says what would be', async () => {
    const { created, object } = await apply(server.objects, configMap('dry', { a: '1' }), { dryRun: true });
    expect([created, object['data']]).toEqual([true, { a: '1' }]);
    expect(await read('dry')).toBeUndefined();
  });

  it('names every foreign owner of a field that it would change, and changes nothing', async () => {
    await applyAs(server, 'other', deployment('web:1', 2));
    const path = await server.objects.pathOf({ ...at, apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    const scaled = { method: 'PATCH', path: `${path}/scale`, query: { fieldManager: 'a "scaler"' } } as const;
    await server.client.ask({ ...scaled, body: { spec: { replicas: 3 } } });
    const conflict = {
      code: 'KUBERNETES_FIELD_CONFLICT',
      next: 'wait',
      object: 'Deployment.apps default/web',
      owners: [
        { manager: 'a "scaler"', operation: 'Update', subresource: 'scale', field: '.spec.replicas', since: null },
        {
          manager: 'other',
          operation: 'Apply',
          field: '.spec.template.spec.containers[name="web"].image',
          since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        },
      ],
      message: expect.stringContaining('.spec.replicas of a "scaler" (Update through scale)') as string,
    };
    await expect(apply(server.objects, deployment('web:2', 1))).rejects.toMatchObject(conflict);
    await expect(apply(server.objects, deployment('web:2', 1), { dryRun: true })).rejects.toMatchObject(conflict);
    const web = await server.objects.get({ ...at, apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    expect(web?.['spec']).toMatchObject({ replicas: 3 });
    // The same value is owned together.
    await apply(server.objects, deployment('web:1', 3));
  });

  it('takes over what a person agreed to, and nothing else', async () => {
    await applyAs(server, 'other', configMap('agreed', { a: '1', b: '1' }));
    const wanted = configMap('agreed', { a: '2', b: '2' });
    const a = { manager: 'other', field: '.data.a' };
    const b = { manager: 'other', field: '.data.b' };
    await expect(apply(server.objects, wanted, { agreed: [a, { ...b, manager: 'somebody' }] })).rejects.toMatchObject({
      owners: [expect.objectContaining(b)],
    });
    expect((await read('agreed'))?.['data']).toEqual({ a: '1', b: '1' });
    await apply(server.objects, wanted, { agreed: [a, b], dryRun: true });
    expect((await read('agreed'))?.['data']).toEqual({ a: '1', b: '1' });
    await apply(server.objects, wanted, { agreed: [a, b] });
    expect((await read('agreed'))?.['data']).toEqual({ a: '2', b: '2' });
    await apply(server.objects, configMap('agreed', { a: '3', b: '2' }));
  });

  it('takes back what we ourselves set by an update', async () => {
    await apply(server.objects, configMap('own', { a: '1' }));
    await server.objects.mergePatch({ ...at, name: 'own' }, { data: { a: '2', b: '2' } });
    await apply(server.objects, configMap('own', { a: '3' }));
    expect((await read('own'))?.['data']).toEqual({ a: '3', b: '2' });
    await applyAs(server, 'other', configMap('own', { b: '2' }));
    await expect(apply(server.objects, configMap('own', { a: '4', b: '3' }))).rejects.toMatchObject({
      owners: [expect.objectContaining({ manager: 'other', field: '.data.b' })],
    });
  });

  it('sends what an export holds of the server as little as it needs', async () => {
    const { object } = await apply(server.objects, configMap('exported', { a: '1' }));
    await server.objects.mergePatch({ ...at, name: 'exported' }, { metadata: { labels: { x: '1' } } });
    const again = await apply(server.objects, { ...object, data: { a: '2' } });
    expect(again.object['data']).toEqual({ a: '2' });
  });

  it('refuses at once a field that the kind does not have, and one that is misspelt', async () => {
    const refused = { code: 'KUBERNETES_REFUSED', next: 'needs-a-person' };
    const spelt = { ...deployment('web:1', 3), spec: { ...(deployment('web:1', 3)['spec'] as object), replcas: 1 } };
    await expect(apply(server.objects, spelt)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('replcas') as string,
    });
    await expect(apply(server.objects, configMap('x', {}, { namespace: 'nowhere' }))).rejects.toMatchObject(refused);
  });

  it('says what stops it where field managers name a version that is gone', async () => {
    const thing = (version: string): KubeObject => ({
      apiVersion: `sealift.example/${version}`,
      kind: 'Thing',
      metadata: { name: 'a', namespace: 'default' },
      spec: { x: 1 },
    });
    await applyAll(server.objects, [thingDefinition(['v1', 'v1alpha1'])]);
    await applyAs(server, 'old', thing('v1alpha1'));
    await applyAll(server.objects, [thingDefinition(['v1'])]);
    await expect(apply(server.objects, thing('v1'))).rejects.toMatchObject({ code: 'KUBERNETES_FIELDS_STALE' });
    await expect(apply(server.objects, thing('v1alpha1'))).rejects.toMatchObject({ code: 'KUBERNETES_KIND_UNKNOWN' });
  });

  it('waits for an admission webhook that is away, and says so when it stays away', async () => {
    await apply(server.objects, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'away' },
      webhooks: [
        {
          name: 'away.sealift.example',
          clientConfig: { url: 'https://127.0.0.1:1/none' },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    const secret = { ...configMap('hooked', {}), kind: 'Secret' };
    const { kubernetes } = server;
    const { KubernetesClient } = await import('../connection/client.ts');
    const { Objects } = await import('../objects/objects.ts');
    const client = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig, retryDelaysMs: [] });
    let asked = 0;
    const ask = client.ask.bind(client);
    const objects = new Objects(
      Object.assign(client, {
        ask: async (request: Parameters<typeof ask>[0]) => {
          if (request.method === 'PATCH') asked += 1;
          // It has come back when it is asked for the third time.
          if (asked === 3)
            await server.objects.delete({
              apiVersion: 'admissionregistration.k8s.io/v1',
              kind: 'ValidatingWebhookConfiguration',
              name: 'away',
            });
          return await ask(request);
        },
      }),
    );
    await expect(apply(objects, secret, { laterDelaysMs: [] })).rejects.toMatchObject({
      code: 'KUBERNETES_UNAVAILABLE',
      message: expect.stringContaining('away.sealift.example') as string,
    });
    expect((await apply(objects, secret, { laterDelaysMs: [1, 1, 1, 1, 1, 1, 1, 1] })).created).toBe(true);
    client.close();
  });
});
