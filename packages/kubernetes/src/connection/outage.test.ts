import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesClient } from './client.ts';

const path = '/api/v1/namespaces/x/configmaps/y';
const statusOf = (message: string): string => JSON.stringify({ kind: 'Status', status: 'Failure', message });

describe('an API server that is away for a moment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-outage-'));
  /** Answers that are given first, then an object. */
  let answers: readonly (readonly [status: number, body: string, retryAfter?: string | undefined])[] = [];
  let asked: string[] = [];
  const server = createServer(
    { key: testKey, cert: validCertificate },
    (request: IncomingMessage, response: ServerResponse) => {
      request.resume();
      asked.push(request.method ?? '');
      const [status, body, retryAfter] = answers[asked.length - 1] ?? [200, '{"kind":"ConfigMap"}'];
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end(body);
    },
  );
  let client: KubernetesClient;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const cluster = {
      server: `https://localhost:${port}`,
      'certificate-authority-data': Buffer.from(validCertificate).toString('base64'),
    };
    const kubeconfig = join(folder, 'config');
    const contexts = [{ name: 'x', context: { cluster: 'x', user: 'x' } }];
    const users = [{ name: 'x', user: { token: 't' } }];
    writeFileSync(
      kubeconfig,
      JSON.stringify({ clusters: [{ name: 'x', cluster }], users, contexts, 'current-context': 'x' }),
    );
    client = await KubernetesClient.connect({ kubeconfig, env: {}, retryDelaysMs: [1, 1] });
  });
  afterEach(() => {
    asked = [];
  });
  afterAll(() => {
    client.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    [429, statusOf('too many requests'), '0'],
    [500, statusOf('etcdserver: leader changed')],
    [502, '<html>Bad Gateway</html>'],
    [503, ''],
    [504, statusOf('context deadline exceeded')],
  ] as const)('is asked again for what it reads when it answers %i', async (status, body, retryAfter?: string) => {
    answers = [
      [status, body, retryAfter],
      [status, body, retryAfter],
    ];
    expect(await client.read(path)).toEqual({ kind: 'ConfigMap' });
    expect(asked).toEqual(['GET', 'GET', 'GET']);
  });

  it('is named so, with its own words, when that does not pass', async () => {
    answers = Array.from({ length: 9 }, () => [503, statusOf('etcd is away')] as const);
    await expect(client.read(path)).rejects.toMatchObject({
      code: 'KUBERNETES_UNAVAILABLE',
      next: 'retry',
      message: expect.stringContaining('etcd is away') as string,
    });
    expect(asked).toHaveLength(3);
  });

  it('is asked again to change something only when it did not look at it', async () => {
    answers = [[429, statusOf('too many requests')]];
    await client.patch(path, { data: {} });
    expect(asked).toEqual(['PATCH', 'PATCH']);
    asked = [];
    answers = [[503, '']];
    await expect(client.patch(path, { data: {} })).rejects.toMatchObject({
      code: 'KUBERNETES_UNAVAILABLE',
      next: 'retry',
    });
    expect(asked).toEqual(['PATCH']);
  });

  it.each([403, 422])('is not asked again after %i', async (status) => {
    answers = [[status, statusOf('no')]];
    await expect(client.read(path)).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    expect(asked).toEqual(['GET']);
  });
});
