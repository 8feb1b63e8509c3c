import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeObject, referenceOf } from '../objects/object.ts';
import { type ApiServer, apiServerMissing, apiServerRemedy, applyAs, startApiServer } from '../testing/api-server.ts';
import { thingDefinition } from '../testing/thing-definition.ts';
import { applyAll } from './apply-all.ts';
import { drift } from './drift.ts';

const configMap = (namespace: string | undefined, name: string, data: object = { a: '1' }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  data,
});
const thing = (name: string): KubeObject => ({
  apiVersion: 'sealift.example/v1',
  kind: 'Thing',
  metadata: { name, namespace: 'made' },
  spec: { x: 1 },
});

describe.skipIf(apiServerMissing)(`a manifest (${apiServerRemedy})`, () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  }, 180_000);
  afterAll(() => server?.stop());

  it('is applied with its definitions established and its namespaces made, and again changes nothing', async () => {
    const wanted = [thing('a'), configMap('made', 'b'), thingDefinition(['v1', 'v1beta1'])];
    const done = await applyAll(server.objects, wanted);
    expect(done.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'CustomResourceDefinition things.sealift.example',
      'Namespace made',
      'ConfigMap b',
      'Thing a',
    ]);
    const versions = async (): Promise<unknown> =>
      await Promise.all(done.map(async (one) => (await server.objects.get(one))?.metadata.resourceVersion));
    const before = await versions();
    await applyAll(server.objects, wanted);
    expect(await versions()).toEqual(before);
    await applyAll(server.objects, [configMap('made', 'b', { a: '2' })]);
    expect(await versions()).not.toEqual(before);
  });

  it('takes a namespace for what names none, and none for what has none', async () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'r', namespace: 'x' },
      rules: [],
    };
    const done = await applyAll(server.objects, [configMap(undefined, 'c'), role], { namespace: 'made-too' });
    expect(done.map(({ namespace, name }) => [namespace, name])).toEqual([
      [undefined, 'made-too'],
      ['made-too', 'c'],
      [undefined, 'r'],
    ]);
    await expect(applyAll(server.objects, [configMap(undefined, 'c')])).rejects.toMatchObject({
      code: 'KUBERNETES_OBJECT_INVALID',
    });
    const twice = [configMap(undefined, 'twice'), configMap('made', 'twice')];
    await expect(applyAll(server.objects, twice, { namespace: 'made' })).rejects.toMatchObject({
      code: 'KUBERNETES_OBJECT_INVALID',
      message: expect.stringContaining('twice') as string,
    });
    expect(
      await server.objects.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'made', name: 'twice' }),
    ).toBeUndefined();
  });

  it('whose definition takes the names of another is refused, with the reason', async () => {
    const rival = thingDefinition(['v1']);
    const spec = {
      ...(rival['spec'] as object),
      names: { plural: 'rivals', singular: 'thing', kind: 'Rival', listKind: 'RivalList' },
    };
    const definition = { ...rival, metadata: { name: 'rivals.sealift.example' }, spec };
    await expect(applyAll(server.objects, [definition])).rejects.toMatchObject({
      code: 'KUBERNETES_OBJECT_INVALID',
      message: expect.stringContaining('thing') as string,
    });
  });

  it('stops at the first object that fails, before what comes later', async () => {
    const [first, bad, later] = [configMap('made', 'first'), configMap('made', 'Bad_Name'), configMap('made', 'later')];
    await expect(applyAll(server.objects, [first, bad, later])).rejects.toMatchObject({
      code: 'KUBERNETES_REFUSED',
      message: expect.stringContaining('Bad_Name') as string,
    });
    const there = [first, later].map(async (one) => (await server.objects.get(referenceOf(one))) !== undefined);
    expect(await Promise.all(there)).toEqual([true, false]);
  });

  it('takes over only in the object that was agreed on', async () => {
    await applyAs(server, 'other', configMap('made', 'one', { a: '0' }));
    await applyAs(server, 'other', configMap('made', 'two', { a: '0' }));
    const agreed = new Map([['ConfigMap made/one', [{ manager: 'other', field: '.data.a' }]]]);
    const wanted = [configMap('made', 'one'), configMap('made', 'two')];
    await expect(applyAll(server.objects, wanted, { agreed })).rejects.toMatchObject({ object: 'ConfigMap made/two' });
  });

  it('shows its drift, with who made it, and changes nothing', async () => {
    const secret = { ...configMap('drift', 'password'), kind: 'Secret', data: { a: 'b25l' } };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'drift' },
      spec: { ports: [{ port: 80 }] },
    };
    const applied = [
      configMap('drift', 'kept'),
      configMap('drift', 'changed', { a: '1', b: '1' }),
      configMap('drift', 'gone'),
      secret,
      service,
    ];
    await applyAll(server.objects, applied);
    expect((await drift(server.objects, applied)).map(({ state }) => state)).toEqual([
      'same',
      'same',
      'same',
      'same',
      'same',
    ]);
    await applyAs(server, 'somebody', configMap('drift', 'changed', { a: '9' }));
    await server.objects.mergePatch(
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'drift', name: 'changed' },
      { data: { b: null, more: 'x' } },
    );
    await applyAs(server, 'somebody', { ...secret, data: { a: 'dHdv' } });
    await server.objects.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'drift', name: 'gone' });
    const unknown = { ...thing('x'), kind: 'Nothing' };
    const found = await drift(server.objects, [...applied, unknown]);
    expect(found.map(({ object, state }) => `${object.name} ${state}`)).toEqual([
      'kept same',
      'changed drifted',
      'gone missing',
      'password drifted',
      'web same',
      'x unknown',
    ]);
    const [, changed, , password] = found;
    expect(changed).toMatchObject({
      fields: [
        { field: '.data.a', live: '9', wanted: '1', owners: [{ manager: 'somebody', operation: 'Apply' }] },
        { field: '.data.b', live: undefined, wanted: '1', owners: [] },
      ],
    });
    expect(password).toMatchObject({ fields: [{ field: '.data.a', live: '***', wanted: '***' }] });
    expect(JSON.stringify(found)).not.toMatch(/dHdv|b25l/);
    const live = await server.objects.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'drift', name: 'changed' });
    expect(live?.['data']).toEqual({ a: '9', more: 'x' });
  });
});
