import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { applyAll } from '../../apply/apply-all.ts';
import { type ApiServer, apiServerMissing, apiServerRemedy, startApiServer } from '../../testing/api-server.ts';
import { KubernetesClient, objectPath } from '../client.ts';

const issued = z.object({ status: z.object({ token: z.string() }) });

describe.skipIf(apiServerMissing)(`access to a real API server (${apiServerRemedy})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-account-'));
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    writeFileSync(join(folder, 'ca.crt'), server.kubernetes.ca);
  }, 180_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server?.stop();
  });

  const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 'sealift' };
  /** Makes the account anew, so that older tokens of it end, and mounts a token of it. */
  async function mountToken(): Promise<void> {
    await server.objects.delete(account);
    await applyAll(server.objects, [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'sealift', namespace: 'default' } },
    ]);
    const path = `${objectPath('/api/v1', 'serviceaccounts', account)}/token`;
    const answer = await server.client.ask({ method: 'POST', path, body: { spec: {} } });
    writeFileSync(join(folder, 'token'), issued.parse(answer.body).status.token);
  }

  it("is that of the pod's account, whose token is rotated in the middle of a life", async () => {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'sealift' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'sealift', namespace: 'default' }],
    };
    await applyAll(server.objects, [binding]);
    await mountToken();
    const { hostname, port } = new URL(server.kubernetes.url);
    const env = { HOME: folder, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const client = await KubernetesClient.connect({ env, accountFolder: folder });
    const read = (): Promise<unknown> => client.read(objectPath('/api/v1', 'namespaces', { name: 'default' }));
    expect(await read()).toMatchObject({ kind: 'Namespace' });
    await server.objects.delete(account);
    // The server remembers for some seconds that it accepted a token.
    let refused: unknown;
    await waitUntil('the old token to end', async () => {
      refused = await read().then(
        () => undefined,
        (error: unknown) => error,
      );
      return refused !== undefined;
    });
    expect(refused).toMatchObject({
      code: 'KUBERNETES_LOGIN_REFUSED',
      hint: expect.stringContaining(join(folder, 'token')) as string,
    });
    await mountToken();
    expect(await read()).toMatchObject({ kind: 'Namespace' });
    client.close();
  }, 60_000);

  it('leads through the proxy that the kubeconfig names, and no other', async () => {
    const through: string[] = [];
    const proxy = createServer().on('connect', (request, socket, head) => {
      through.push(request.url ?? '');
      const { hostname, port } = new URL(`tcp://${request.url}`);
      const far = connectTcp(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        far.write(head);
        far.pipe(socket).pipe(far);
      });
      for (const each of [far, socket]) each.on('error', () => far.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const at = proxy.address();
    const { url, ca, token } = server.kubernetes;
    const cluster = {
      server: url,
      'certificate-authority-data': Buffer.from(ca).toString('base64'),
      'proxy-url': `http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}`,
    };
    const kubeconfig = join(folder, 'config');
    const config = (name: string, of: object): object => ({ name, ...of });
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [config('straight', { cluster: { ...cluster, 'proxy-url': '' } }), config('proxied', { cluster })],
        users: [config('x', { user: { token } })],
        contexts: ['straight', 'proxied'].map((name) => config(name, { context: { cluster: name, user: 'x' } })),
        'current-context': 'straight',
      }),
    );
    // A loopback address is exempt from the environment's proxies, not from one that the kubeconfig names.
    const env = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
    const path = objectPath('/api/v1', 'namespaces', { name: 'default' });
    for (const context of [undefined, 'proxied']) {
      const client = await KubernetesClient.connect({ kubeconfig, context, env });
      expect(await client.read(path)).toMatchObject({ kind: 'Namespace' });
      client.close();
    }
    expect(through).toEqual([new URL(url).host]);
    proxy.closeAllConnections();
    proxy.close();
  });
});
