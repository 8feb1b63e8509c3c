import type { KubeObject } from '@sealift/kubernetes/object';
import { expect, it } from 'vitest';
import { quotaRoom } from './quota-room.ts';

const workload = (
  kind: string,
  replicas: number,
  more: object = {},
  requests: object = { cpu: '500m', memory: '1Gi' },
): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web', namespace: 'harbor' },
  spec: { replicas, ...more, template: { spec: { containers: [{ resources: { requests } }, {}] } } },
});
const quota = (hard: object, used: object, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'all', namespace: 'harbor' },
  spec,
  status: { hard, used },
});
const web = workload('Deployment', 4);

it.each<[string, KubeObject, KubeObject | undefined, KubeObject, string | undefined]>([
  [
    'a new workload, with all its pods',
    web,
    undefined,
    quota({ pods: 5 }, { pods: '2' }),
    'has 3 of 5 pods left, and pods that come need 4 at a time',
  ],
  ['one pod of four at a rollout', web, web, quota({ pods: '5' }, { pods: '4' }), undefined],
  [
    'no pod more at a rollout',
    web,
    web,
    quota({ pods: '4' }, { pods: '4' }),
    'has 0 of 4 pods left, and pods that come need 1 at a time',
  ],
  [
    'more at once, where the strategy says so',
    workload('Deployment', 4, { strategy: { rollingUpdate: { maxSurge: '100%' } } }),
    web,
    quota({ 'requests.cpu': '3' }, { 'requests.cpu': '2' }),
    'has 1 of 3 requests.cpu left, and pods that come need 2 at a time',
  ],
  [
    'nothing of one that ends its pods first',
    workload('Deployment', 4, { strategy: { type: 'Recreate' } }),
    web,
    quota({ pods: '4' }, { pods: '4' }),
    undefined,
  ],
  [
    'nothing of a set, pod by pod',
    workload('StatefulSet', 4),
    workload('StatefulSet', 4),
    quota({ pods: '4' }, { pods: '4' }),
    undefined,
  ],
  [
    'the replicas that a set has more',
    workload('StatefulSet', 5),
    workload('StatefulSet', 4),
    quota({ memory: '4Gi' }, { memory: '4Gi' }),
    'has 0 of 4096Mi memory left, and pods that come need 1024Mi at a time',
  ],
  [
    'what a pod may use, where it asks for nothing',
    { ...web, spec: { template: { spec: { containers: [{ resources: { limits: { cpu: 2 } } }] } } } },
    undefined,
    quota({ cpu: '1' }, {}),
    'has 1 of 1 cpu left, and pods that come need 2 at a time',
  ],
  ['nothing of a quota of some pods', web, undefined, quota({ pods: 0 }, {}, { scopes: ['BestEffort'] }), undefined],
  [
    'what is no number, as no room',
    web,
    undefined,
    quota({ pods: 'many' }, {}),
    'says of pods nothing that can be read',
  ],
])('counts %s', (_, wanted, live, found, text) => {
  const finding = quotaRoom([{ wanted, live }], [found]);
  if (text === undefined) expect(finding).toMatchObject({ outcome: 'pass' });
  else
    expect(finding).toMatchObject({
      outcome: 'block',
      detail: `ResourceQuota harbor/all ${text}`,
      risk: { objects: ['ResourceQuota harbor/all'] },
    });
});
