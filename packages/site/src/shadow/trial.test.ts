import { SealiftError } from '@sealift/core/errors';
import type { KubernetesClient } from '@sealift/kubernetes/client';
import type { KubeObject } from '@sealift/kubernetes/object';
import { describe, expect, it } from 'vitest';
import { tryCopy, tryWrite } from './trial.ts';

type Request = Parameters<KubernetesClient['ask']>[0];
const cancel = new AbortController().signal;
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'x', uid: 'u', resourceVersion: '7', labels: { a: 'b' }, ownerReferences: [] },
  spec: {
    clusterIP: '10.0.0.7',
    clusterIPs: ['10.0.0.7'],
    ports: [{ port: 80, nodePort: 30080 }],
    selector: { a: 'b' },
  },
  status: { loadBalancer: {} },
};

function server(status: number, body: unknown = {}): { readonly asked: Request[] } & Pick<KubernetesClient, 'ask'> {
  const asked: Request[] = [];
  return {
    asked,
    ask: async (request) => {
      asked.push(request);
      return { status, body, askedPauseMs: undefined };
    },
  };
}

describe('a write that is only tried', () => {
  it('is one of the whole object, as a dry run', async () => {
    const client = server(200);
    expect(await tryWrite(client, '/api/v1/namespaces/x/services/web', service, cancel)).toBeUndefined();
    expect(client.asked).toMatchObject([{ method: 'PUT', query: { dryRun: 'All' }, body: service }]);
  });

  it('of a copy has nothing that only one object can have, and is a dry run', async () => {
    const client = server(201);
    expect(await tryCopy(client, '/api/v1/namespaces/x/services', service, cancel)).toBeUndefined();
    const [request] = client.asked;
    expect(request).toMatchObject({ method: 'POST', query: { dryRun: 'All' } });
    expect(JSON.parse(JSON.stringify(request?.body))).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { generateName: 'rehearsal-', namespace: 'x', labels: { a: 'b' } },
      spec: { ports: [{ port: 80 }], selector: { a: 'b' } },
    });
  });

  it('of a copy of a Service without an address stays one', async () => {
    const client = server(201);
    await tryCopy(client, '/x', { ...service, spec: { clusterIP: 'None' } }, cancel);
    expect(client.asked[0]?.body).toMatchObject({ spec: { clusterIP: 'None' } });
  });

  it('is refused in the words of the server, or by its status', async () => {
    expect(await tryWrite(server(422, { message: 'must be 1' }), '/x', service, cancel)).toBe('must be 1');
    expect(await tryWrite(server(409, 'no'), '/x', service, cancel)).toBe('HTTP status 409');
  });

  it('is refused where the server never can, and fails where it is away', async () => {
    const failing = (code: 'KUBERNETES_UNAVAILABLE' | 'KUBERNETES_UNREACHABLE') => ({
      ask: () => Promise.reject(new SealiftError(code, { values: { reason: 'broken' } })),
    });
    expect(await tryWrite(failing('KUBERNETES_UNAVAILABLE'), '/x', service, cancel)).toContain('broken');
    await expect(tryWrite(failing('KUBERNETES_UNREACHABLE'), '/x', service, cancel)).rejects.toThrow('broken');
  });
});
