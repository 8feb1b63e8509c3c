import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectPath } from './connection/client.ts';
import { listEtcdPods } from './etcd-pods.ts';
import { type ApiServer, apiServerMissing, apiServerRemedy, startApiServer } from './testing/api-server.ts';

const namespace = 'kube-system';

describe.skipIf(apiServerMissing)(`pods of etcd on a real API server (${apiServerRemedy})`, () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  }, 180_000);
  afterAll(() => server?.stop());

  const run = async (component: string, node: string, status: object) => {
    const name = `${component}-${node}`;
    const containers = [{ name: component, image: component }];
    await server.objects.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace,
        labels: { component },
        annotations: { 'kubernetes.io/config.mirror': component },
      },
      spec: { nodeName: node, containers, automountServiceAccountToken: false },
    });
    const body = { status };
    await server.client.patch(`${objectPath('/api/v1', 'pods', { namespace, name })}/status`, body);
  };

  it('are told with their nodes, and with what their kubelet says where they are not ready', async () => {
    const lastTransitionTime = '2026-11-29T10:00:00Z';
    const state = (status: string) => ({
      phase: 'Running',
      conditions: ['ContainersReady', 'Ready'].map((type) => ({ type, status, lastTransitionTime })),
    });
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s' };
    const ended = { name: 'etcd', image: 'etcd', imageID: 'etcd', ready: false, restartCount: 0, state: { waiting } };
    await run('etcd', 'one', state('True'));
    await run('etcd', 'two', { ...state('False'), containerStatuses: [ended] });
    await run('kube-apiserver', 'two', state('False'));
    const found = await listEtcdPods(server.client);
    expect(found.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'etcd-one', node: 'one', image: 'etcd', trouble: null, apiServer: null },
      {
        name: 'etcd-two',
        node: 'two',
        image: 'etcd',
        apiServer: { name: 'kube-apiserver-two', port: 6443 },
        trouble: expect.objectContaining({
          what: expect.stringContaining('Pod kube-system/etcd-two has a container that failed'),
          since: expect.stringContaining('2026-11-29T10:00:00'),
          remedy: expect.stringContaining('kubectl logs -n kube-system etcd-two'),
        }),
      },
    ]);
  });
});
