import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apply } from '../apply/apply.ts';
import { Discovery } from '../objects/discovery.ts';
import { Objects } from '../objects/objects.ts';
import { KubernetesClient } from './client.ts';
import { listPages } from './list-pages.ts';

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

  it('that has forgotten the rest of a list is asked for all of it again, a few times', async () => {
    const page = (name: string, token: string): string =>
      JSON.stringify({ metadata: { continue: token }, items: [{ name }] });
    const expired = [410, statusOf('The provided continue parameter is too old')] as const;
    answers = [[200, page('old', 'rest')], expired, [200, page('a', 'rest')], [200, page('b', '')]];
    const item = z.object({ name: z.string() });
    expect(await listPages(client, '/api/v1/pods', item)).toEqual([{ name: 'a' }, { name: 'b' }]);
    asked = [];
    answers = [1, 2, 3].flatMap(() => [[200, page('old', 'rest')] as const, expired]);
    await expect(listPages(client, '/api/v1/pods', item)).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    expect(asked).toHaveLength(6);
  });

  it('does not know a kind yet that another one has announced is asked again to apply', async () => {
    const served = { group: '', version: 'v1', kind: 'Kind', plural: 'kinds', namespaced: false, verbs: ['patch'] };
    const discovery = Object.assign(new Discovery(client), { resource: async () => served });
    const objects = new Objects(client, discovery);
    const object = { apiVersion: 'v1', kind: 'Kind', metadata: { name: 'a' } };
    const unknown = [
      404,
      '{"kind":"Status","reason":"NotFound","message":"could not find the requested resource"}',
    ] as const;
    answers = [unknown, unknown, [201, JSON.stringify(object)]];
    expect((await apply(objects, object, { laterDelaysMs: [1, 1] })).created).toBe(true);
    expect(asked).toHaveLength(3);
    asked = [];
    answers = [unknown, unknown];
    await expect(apply(objects, object, { laterDelaysMs: [1] })).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    asked = [];
    // A namespace that is missing does not come by waiting.
    answers = [
      [404, '{"kind":"Status","reason":"NotFound","message":"no","details":{"name":"n","kind":"namespaces"}}'],
    ];
    await expect(apply(objects, object, { laterDelaysMs: [1, 1] })).rejects.toMatchObject({
      code: 'KUBERNETES_REFUSED',
    });
    expect(asked).toHaveLength(1);
  });

  it.each([403, 422])('is not asked again after %i', async (status) => {
    answers = [[status, statusOf('no')]];
    await expect(client.read(path)).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    expect(asked).toEqual(['GET']);
  });
});
