import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, ManagedField } from '../objects/object.ts';
import { type ApiServer, apiServerMissing, apiServerRemedy, startApiServer } from '../testing/api-server.ts';
import { apply } from './apply.ts';
import { takenOver, takeOver } from './take-over.ts';

const entry = (manager: string, operation: string, fields: readonly string[], more: Partial<ManagedField> = {}) => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsV1: { 'f:data': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
  ...more,
});
const fromInstaller = ({ manager }: ManagedField): boolean => manager === 'installer';

describe('fields that pass to us', () => {
  it('join those that are ours already; nobody else loses any', () => {
    const others = entry('other', 'Update', ['c']);
    expect(
      takenOver([entry('installer', 'Update', ['a']), entry('sealift', 'Apply', ['b']), others], fromInstaller),
    ).toEqual([others, entry('sealift', 'Apply', ['b', 'a'])]);
  });

  it('are none where the installer owns none, or owns them through a subresource', () => {
    expect(takenOver([entry('other', 'Update', ['a'])], fromInstaller)).toBeUndefined();
    expect(takenOver([entry('installer', 'Update', ['a'], { subresource: 'status' })], fromInstaller)).toBeUndefined();
  });
});

describe.skipIf(apiServerMissing)(`an object that another installed (${apiServerRemedy})`, () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  }, 180_000);
  afterAll(() => server?.stop());

  it('is ours afterwards: what we do not have goes, what a person added stays', async () => {
    const of = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'taken' };
    const object = (data: object): KubeObject => ({
      apiVersion: of.apiVersion,
      kind: of.kind,
      metadata: { name: of.name, namespace: of.namespace },
      data,
    });
    const ask = async (method: 'POST' | 'PATCH', path: string, manager: string, body: unknown): Promise<void> => {
      const answer = await server.client.ask({ method, path, query: { fieldManager: manager }, body });
      expect(answer.status).toBeLessThan(300);
    };
    const path = '/api/v1/namespaces/default/configmaps';
    await ask('POST', path, 'installer', object({ changes: '1', goes: '1' }));
    await ask('PATCH', `${path}/taken`, 'person', { data: { added: '1' } });
    await expect(apply(server.objects, object({ changes: '2' }))).rejects.toMatchObject({
      code: 'KUBERNETES_FIELD_CONFLICT',
    });
    expect((await takeOver(server.objects, of, fromInstaller))?.['data']).toEqual({
      changes: '1',
      goes: '1',
      added: '1',
    });
    const { object: after } = await apply(server.objects, object({ changes: '2' }));
    expect(after['data']).toEqual({ changes: '2', added: '1' });
    expect(await takeOver(server.objects, { ...of, name: 'absent' }, fromInstaller)).toBeUndefined();
  });
});
