import { SealiftError } from '@sealift/core/errors';
import { describe, expect, it } from 'vitest';
import type { KubernetesClient } from '../../connection/client.ts';
import type { KubeObject } from '../../objects/object.ts';
import { condition, objectOf, podOf } from '../testing/objects.ts';
import { explain } from './explain.ts';

type Answer = { readonly items: readonly object[]; readonly metadata?: object } | 'refused';

/** A client that lists what it is told by the last part of the path, and counts what it is asked. */
function clientOf(lists: Readonly<Record<string, Answer>>, objects: Readonly<Record<string, KubeObject>> = {}) {
  const asked: (readonly [path: string, query: Readonly<Record<string, string>>])[] = [];
  const list = async (path: string, query: Readonly<Record<string, string>>): Promise<unknown> => {
    asked.push([path, query]);
    const answer = lists[path.slice(path.lastIndexOf('/') + 1)] ?? { items: [] };
    if (answer !== 'refused') return { apiVersion: 'v1', kind: 'SomeList', metadata: {}, ...answer };
    throw new SealiftError('KUBERNETES_REFUSED', { values: { verb: 'list', object: path, reason: 'forbidden' } });
  };
  const client = { list, read: async (path: string) => objects[path] } as unknown as KubernetesClient;
  return { client, asked };
}

const selector = {
  matchLabels: { app: 'web' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }],
};
const spec = { replicas: 9, selector };
const web = objectOf('apps/v1', 'Deployment', { spec, status: { observedGeneration: 2 } });
const owned = (uid: string) => [{ apiVersion: 'apps/v1', kind: 'X', name: 'x', uid, controller: true }];
const set = objectOf(
  'apps/v1',
  'ReplicaSet',
  { spec: { replicas: 9 } },
  { uid: 'set', ownerReferences: owned('uid-Deployment') },
);
const noNode = {
  phase: 'Pending',
  conditions: [condition('PodScheduled', 'False', { reason: 'Unschedulable', message: 'none fits' })],
};

describe('what is read around an object', () => {
  it('is what it owns, by its selector, with events of few of its pods', async () => {
    const pods = Array.from({ length: 9 }, (_, at) => podOf(noNode, { name: `web-${at}`, owner: 'set' }));
    const { client, asked } = clientOf({ replicasets: { items: [set] }, pods: { items: pods } });
    expect((await explain(client, web)).wait?.what).toBe('Pod shop/web-0 finds no node');
    const selected = asked.filter(([path]) => !path.endsWith('/events')).map(([, query]) => query['labelSelector']);
    expect(selected).toEqual(['app=web,tier in (a,b)', 'app=web,tier in (a,b)']);
    const events = asked.filter(([path]) => path.endsWith('/events'));
    expect(events.map(([, query]) => query['fieldSelector'])).toEqual(
      ['uid-Deployment', 'set', ...pods.slice(0, 5).map(({ metadata: { uid } }) => uid)].map(
        (uid) => `involvedObject.uid=${uid}`,
      ),
    );
    expect(asked.every(([, query]) => Number(query['limit']) <= 500)).toBe(true);
  });

  it('is not what others own under the same labels', async () => {
    const pods = [podOf(noNode, { name: 'other', owner: 'other-set' }), podOf(noNode, { name: 'bare' })];
    const { client } = clientOf({ replicasets: { items: [set] }, pods: { items: pods } });
    expect((await explain(client, web)).wait?.object?.kind).toBe('Deployment');
    const others = { ...set, metadata: { ...set.metadata, ownerReferences: owned('other') } };
    const second = clientOf({ replicasets: { items: [others] }, pods: { items: [podOf(noNode, { owner: 'set' })] } });
    expect((await explain(second.client, web)).wait?.object?.kind).toBe('Deployment');
  });

  it('is nothing where the object selects nothing, or is ready', async () => {
    const { client, asked } = clientOf({});
    await explain(
      client,
      objectOf('apps/v1', 'Deployment', { spec: { replicas: 9, selector: {} }, status: { observedGeneration: 2 } }),
    );
    await explain(
      client,
      objectOf('apps/v1', 'Deployment', { spec: { replicas: 0, selector }, status: { observedGeneration: 2 } }),
    );
    expect(asked).toEqual([]);
  });

  it('leaves out what may not be read', async () => {
    const { client } = clientOf({
      replicasets: { items: [set] },
      pods: { items: [podOf(noNode, { owner: 'set' })] },
      events: 'refused',
    });
    expect((await explain(client, web)).wait?.what).toBe('Pod shop/web-0 finds no node');
    expect((await explain(clientOf({ replicasets: 'refused', pods: 'refused' }).client, web)).state).toBe(
      'progressing',
    );
  });

  it('concludes nothing from a part of a list', async () => {
    const claim = objectOf('v1', 'PersistentVolumeClaim', {
      spec: { storageClassName: 'fast' },
      status: { phase: 'Pending' },
    });
    const whole = clientOf({ storageclasses: { items: [] } });
    expect((await explain(whole.client, claim)).wait?.level).toBe('blocked');
    const part = clientOf({ storageclasses: { items: [], metadata: { continue: 'x' } } });
    expect((await explain(part.client, claim)).wait?.level).toBe('moving');
  });

  it('is the endpoints of every service that a webhook calls', async () => {
    const service = (name: string) => ({
      name: 'w.x',
      clientConfig: { caBundle: 'Q0E=', service: { namespace: 'ns', name } },
    });
    const hooks = objectOf('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
      webhooks: [service('a'), service('b'), service('a')],
    });
    const slice = (name: string) =>
      objectOf(
        'discovery.k8s.io/v1',
        'EndpointSlice',
        { endpoints: [{}] },
        { namespace: 'ns', labels: { 'kubernetes.io/service-name': name } },
      );
    const { client, asked } = clientOf({ endpointslices: { items: [slice('a'), slice('b')] } });
    expect((await explain(client, hooks)).state).toBe('ready');
    expect(asked.map(([, query]) => query['labelSelector'])).toEqual([
      'kubernetes.io/service-name=a',
      'kubernetes.io/service-name=b',
    ]);
    expect((await explain(clientOf({ endpointslices: 'refused' }).client, hooks)).state).toBe('unknown');
  });
});
