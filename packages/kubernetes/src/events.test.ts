import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestEvents } from './events.ts';
import { issueToken } from './service-account-token.ts';
import { KubernetesClient, objectPath } from './connection/client.ts';
import { type ApiServer, apiServerMissing, apiServerRemedy, startApiServer } from './testing/api-server.ts';

describe.skipIf(apiServerMissing)(`events of a real API server (${apiServerRemedy})`, () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  }, 180_000);
  afterAll(() => server?.stop());

  const event = (index: number, type: string, more: object = {}) => ({
    metadata: { name: `event-${String((index * 7919) % 1301).padStart(4, '0')}-${type}`, namespace: 'default' },
    type,
    reason: 'BackOff',
    message: `restart ${index}`,
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'app' },
    source: { component: 'kubelet' },
    count: 3,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: new Date(Date.parse('2026-01-01T00:00:00Z') + index * 1000).toISOString().replace('.000', ''),
    ...more,
  });
  const post = (body: object, path = objectPath('/api/v1', 'events', { namespace: 'default' })) =>
    server.client.ask({ method: 'POST', path, body });

  it('are the newest of many pages, whatever their names, and say that there are more', async () => {
    const count = 1200;
    for (let begun = 0; begun < count; begun += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => post(event(begun + index, 'Normal'))));
    }
    await post(event(5, 'Warning', { message: `\u001b[31m${'x'.repeat(1015)}` }));
    const { events, more } = await newestEvents(server.client, { type: 'Normal', most: 20 });
    expect(more).toBe(true);
    const expected = Array.from({ length: 20 }, (_, index) => `restart ${count - 1 - index}`);
    expect(events.filter(({ reason }) => reason === 'BackOff').map(({ message }) => message)).toEqual(expected);
    const warnings = await newestEvents(server.client, { type: 'Warning', most: 20, namespace: 'default' });
    expect(warnings.more).toBe(false);
    // An API server tells of its own too, as of a Service whose address its first repair found unallocated.
    const own = warnings.events.filter(({ reason }) => reason === 'BackOff');
    expect(own).toMatchObject([{ type: 'Warning', reporter: 'kubelet', count: 3 }]);
    expect(own[0]?.message).not.toContain('\u001b');
    expect(own[0]).toMatchObject({
      firstAt: '2026-01-01T00:00:00.000Z',
      lastAt: '2026-01-01T00:00:05.000Z',
    });
  }, 120_000);

  it('of the newer API have their own times and reporter', async () => {
    await post(
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'newer', namespace: 'kube-system' },
        type: 'Warning',
        reason: 'FailedScheduling',
        note: 'no node fits',
        action: 'Scheduling',
        eventTime: '2026-02-01T00:00:00.123456Z',
        regarding: { kind: 'Pod', namespace: 'kube-system', name: 'dns' },
        reportingController: 'default-scheduler',
        reportingInstance: 'default-scheduler-0',
        series: { count: 12, lastObservedTime: '2026-02-01T00:10:00.000000Z' },
      },
      objectPath('/apis/events.k8s.io/v1', 'events', { namespace: 'kube-system' }),
    );
    const { events } = await newestEvents(server.client, { type: 'Warning', most: 5, namespace: 'kube-system' });
    expect(events).toEqual([
      {
        type: 'Warning',
        reason: 'FailedScheduling',
        message: 'no node fits',
        object: { kind: 'Pod', namespace: 'kube-system', name: 'dns' },
        reporter: 'default-scheduler',
        count: 12,
        firstAt: '2026-02-01T00:00:00.123Z',
        lastAt: '2026-02-01T00:10:00.000Z',
      },
    ]);
  });

  it('can be read with a token that was issued for an account, which has an id and an end', async () => {
    const account = { namespace: 'default', name: 'reader' };
    await post({ metadata: { name: 'reader' } }, objectPath('/api/v1', 'serviceaccounts', { namespace: 'default' }));
    const { token, expiresAt, id } = await issueToken(server.client, account, 3600);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const left = (expiresAt.getTime() - Date.now()) / 1000;
    expect(left).toBeGreaterThan(3000);
    expect(left).toBeLessThan(3700);
    expect(String(token)).toBe('***');
    await waitUntil('the token to be of the account', async () => {
      const text = {
        clusters: [
          {
            name: 'c',
            cluster: {
              server: server.kubernetes.url,
              'certificate-authority-data': Buffer.from(server.kubernetes.ca).toString('base64'),
            },
          },
        ],
        users: [{ name: 'u', user: { token: token.reveal() } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'c',
      };
      const { Secret } = await import('@sealift/core/secret');
      const client = await KubernetesClient.connect({ text: new Secret(JSON.stringify(text)) });
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const answer = await client.ask({ method: 'POST', path, body });
      client.close();
      return JSON.stringify(answer.body).includes('system:serviceaccount:default:reader');
    });
  });
});
