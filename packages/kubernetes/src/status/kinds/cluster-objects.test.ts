// Longer than most: the kinds of the API server itself, each in both directions.
import { describe, expect, it } from 'vitest';
import { readiness, type Related } from '../readiness.ts';
import { condition, eventOf, objectOf } from '../testing/objects.ts';

describe('a claim', () => {
  const of = (status: object, spec: object = { storageClassName: 'fast' }, metadata = {}) =>
    objectOf('v1', 'PersistentVolumeClaim', { spec, status }, metadata);
  const storageClass = (name: string, volumeBindingMode: string) =>
    objectOf('storage.k8s.io/v1', 'StorageClass', { provisioner: 'csi.example', volumeBindingMode }, { name });
  const late: Related = { storageClasses: [storageClass('fast', 'WaitForFirstConsumer')] };
  const now: Related = { storageClasses: [storageClass('fast', 'Immediate')] };
  const pending = { phase: 'Pending' };

  it('that is bound is ready', () => {
    expect(readiness(of({ phase: 'Bound' })).state).toBe('ready');
    expect(readiness(of({ phase: 'Bound', conditions: [condition('Resizing', 'False')] })).state).toBe('ready');
  });

  it('that waits for its first consumer is not waited for', () => {
    expect(readiness(of(pending), late).state).toBe('ready');
    expect(readiness(of(pending), now).state).toBe('progressing');
    expect(readiness(of(pending)).state).toBe('progressing');
  });

  it('that has its first consumer, or names its volume, is waited for', () => {
    const annotations = { 'volume.kubernetes.io/selected-node': 'worker-1' };
    expect(readiness(of(pending, undefined, { annotations }), late).state).toBe('progressing');
    expect(readiness(of(pending, { storageClassName: 'fast', volumeName: 'pv-1' }), late).state).toBe('progressing');
  });

  it('whose class does not exist says so', () => {
    expect(readiness(of(pending, { storageClassName: 'gone' }), now)).toMatchObject({
      state: 'progressing',
      wait: { level: 'blocked', what: expect.stringContaining('storage class gone, which does not exist') as string },
    });
    expect(readiness(of(pending, { storageClassName: 'gone' })).wait?.level).toBe('moving');
  });

  it('that gets no volume says so in the words of its provisioner', () => {
    const object = of(pending);
    const events = [eventOf(object, 'ProvisioningFailed', 'no datastore has 10Gi free')];
    expect(readiness(object, { ...now, events }).wait).toMatchObject({
      level: 'blocked',
      what: expect.stringContaining('of the storage class fast from csi.example') as string,
      reference: 'no datastore has 10Gi free',
      since: '2026-11-01T12:00:00.000Z',
    });
  });

  it('without a class finds no volume by itself', () => {
    const object = of(pending, {});
    const events = [
      eventOf(object, 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set', {
        type: 'Normal',
      }),
    ];
    expect(readiness(object, { events }).wait).toMatchObject({
      level: 'blocked',
      what: expect.stringContaining('names no storage class') as string,
    });
  });

  it('that lost its volume has failed', () => {
    expect(readiness(of({ phase: 'Lost' }))).toMatchObject({ state: 'failed', wait: { level: 'failed' } });
  });

  it.each([
    ['Resizing', 'moving'],
    ['FileSystemResizePending', 'moving'],
    ['ModifyingVolume', 'moving'],
    ['ControllerResizeError', 'blocked'],
    ['NodeResizeError', 'blocked'],
    ['ModifyVolumeError', 'blocked'],
  ])('that is bound and %s is not ready', (type, level) => {
    expect(readiness(of({ phase: 'Bound', conditions: [condition(type, 'True')] }))).toMatchObject({
      state: 'progressing',
      wait: { level },
    });
  });
});

it('a PersistentVolume is ready unless it is made or its return failed', () => {
  const of = (phase: string) => readiness(objectOf('v1', 'PersistentVolume', { spec: {}, status: { phase } })).state;
  expect(['Available', 'Bound', 'Released', 'Pending', 'Failed'].map(of)).toEqual([
    'ready',
    'ready',
    'ready',
    'progressing',
    'failed',
  ]);
});

describe('a Service', () => {
  const of = (type: string | undefined, ingress?: readonly object[], metadata = {}) =>
    objectOf(
      'v1',
      'Service',
      { spec: { type }, status: { loadBalancer: ingress === undefined ? {} : { ingress } } },
      metadata,
    );

  it('of a type that needs no address is ready', () => {
    for (const type of ['ClusterIP', 'NodePort', 'ExternalName', undefined])
      expect(readiness(of(type)).state).toBe('ready');
  });

  it('of type LoadBalancer is ready when it has an address', () => {
    expect(readiness(of('LoadBalancer', [{ ip: '10.0.0.9' }])).state).toBe('ready');
    expect(readiness(of('LoadBalancer', [{ hostname: 'lb.site' }])).state).toBe('ready');
    for (const ingress of [undefined, [], [{}], [{ ip: '' }]]) {
      expect(readiness(of('LoadBalancer', ingress))).toMatchObject({
        state: 'progressing',
        wait: { remedy: expect.stringContaining('load balancer') as string },
      });
    }
    expect(readiness(of('LoadBalancer', [], { annotations: { 'sealift.dev/ready-without': 'address' } })).state).toBe(
      'ready',
    );
  });
});

describe('an Ingress', () => {
  const of = (ingress: readonly object[], ingressClassName?: string) =>
    objectOf('networking.k8s.io/v1', 'Ingress', { spec: { ingressClassName }, status: { loadBalancer: { ingress } } });
  const ingressClasses = [objectOf('networking.k8s.io/v1', 'IngressClass', {}, { name: 'nginx' })];

  it('is ready when a controller has taken it', () => {
    expect(readiness(of([{ ip: '10.0.0.9' }])).state).toBe('ready');
    expect(readiness(of([]))).toMatchObject({ state: 'progressing', wait: { level: 'moving' } });
    expect(readiness(of([], 'nginx'), { ingressClasses }).wait?.level).toBe('moving');
    expect(readiness(of([], 'nginx')).wait?.level).toBe('moving');
  });

  it('of a class that does not exist waits for a person', () => {
    expect(readiness(of([], 'haproxy'), { ingressClasses })).toMatchObject({
      wait: { level: 'blocked', what: expect.stringContaining('haproxy') as string },
    });
  });
});

describe('a CustomResourceDefinition', () => {
  const of = (...conditions: readonly object[]) =>
    objectOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: {}, status: { conditions } });
  const [named, established] = [condition('NamesAccepted', 'True'), condition('Established', 'True')];

  it('is ready when its names are accepted and it is established', () => {
    expect(readiness(of(named, established)).state).toBe('ready');
    expect(readiness(of(named)).state).toBe('progressing');
    expect(readiness(of(established)).state).toBe('progressing');
    expect(readiness(of()).state).toBe('progressing');
    expect(readiness(of(named, condition('Established', 'False', { reason: 'Installing' })))).toMatchObject({
      wait: { level: 'moving' },
    });
    expect(readiness(of(named, condition('Established', 'Unknown'))).state).toBe('unknown');
    expect(readiness(of(named, condition('Established', 'True', { observedGeneration: 1 }))).state).toBe('progressing');
  });

  it('whose names are taken waits for a person, though it may be established from before', () => {
    const taken = condition('NamesAccepted', 'False', {
      reason: 'PluralConflict',
      message: '"things" is already in use',
    });
    expect(readiness(of(taken, established))).toMatchObject({
      state: 'progressing',
      wait: { level: 'blocked', reference: '"things" is already in use' },
    });
  });
});

it('an APIService is ready when it is available', () => {
  const of = (...conditions: readonly object[]) =>
    readiness(objectOf('apiregistration.k8s.io/v1', 'APIService', { spec: {}, status: { conditions } }));
  expect(of(condition('Available', 'True')).state).toBe('ready');
  expect(of().state).toBe('progressing');
  expect(of(condition('Available', 'Unknown')).state).toBe('unknown');
  expect(of(condition('Available', 'False', { reason: 'MissingEndpoints' }))).toMatchObject({
    state: 'progressing',
    wait: {
      what: expect.stringContaining('MissingEndpoints') as string,
      impact: expect.stringContaining('look absent') as string,
    },
  });
});

describe.each(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'])('a %s', (kind) => {
  const service = { namespace: 'cert-manager', name: 'webhook' };
  const of = (...webhooks: readonly object[]) => objectOf('admissionregistration.k8s.io/v1', kind, { webhooks });
  const one = (more: object = {}) => ({
    name: 'w.example',
    failurePolicy: 'Fail',
    clientConfig: { service, caBundle: 'Q0E=' },
    ...more,
  });
  const slice = (endpoints: readonly object[], name = 'webhook', namespace = 'cert-manager') =>
    objectOf(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      { endpoints },
      { namespace, labels: { 'kubernetes.io/service-name': name } },
    );

  it('is ready when its services have ready endpoints', () => {
    expect(readiness(of(one()), { endpointSlices: [slice([{ conditions: { ready: true } }])] }).state).toBe('ready');
    expect(readiness(of(one()), { endpointSlices: [slice([{ conditions: {} }])] }).state).toBe('ready');
    expect(readiness(of(one({ clientConfig: { url: 'https://x' } }))).state).toBe('ready');
    expect(readiness(of()).state).toBe('ready');
  });

  it.each([
    ['none', []],
    ['one that is not ready', [slice([{ conditions: { ready: false } }])]],
    ['that of another service', [slice([{}], 'other')]],
    ['that of another namespace', [slice([{}], 'webhook', 'other')]],
    ['an empty one', [slice([])]],
  ])('is not ready with %s', (_, endpointSlices) => {
    expect(readiness(of(one()), { endpointSlices })).toMatchObject({
      state: 'progressing',
      wait: { impact: expect.stringContaining('refused') as string },
    });
    expect(readiness(of(one({ failurePolicy: 'Ignore' })), { endpointSlices }).wait?.impact).toContain('pass without');
  });

  it('is unknown when nobody looked at the endpoints, and blocked without a certificate', () => {
    expect(readiness(of(one())).state).toBe('unknown');
    expect(readiness(of(one({ clientConfig: { service } })), { endpointSlices: [slice([{}])] }).wait?.level).toBe(
      'blocked',
    );
  });

  it('looks at every webhook, not the first', () => {
    const other = one({ clientConfig: { service: { namespace: 'x', name: 'y' }, caBundle: 'Q0E=' } });
    expect(readiness(of(one(), other), { endpointSlices: [slice([{}])] }).state).toBe('progressing');
  });
});

describe('a Namespace', () => {
  const of = (phase: string, conditions: readonly object[] = [], metadata = {}) =>
    objectOf('v1', 'Namespace', { status: { phase, conditions } }, { namespace: undefined, ...metadata });

  it('is ready while it is active', () => {
    expect(readiness(of('Active')).state).toBe('ready');
    expect(readiness(of('Active', [], { deletionTimestamp: '2026-11-01T13:00:00Z' })).state).toBe('progressing');
    expect(readiness(of('')).state).toBe('progressing');
  });

  it.each([
    ['NamespaceFinalizersRemaining', 'blocked', 'finalizers of its content'],
    ['NamespaceDeletionDiscoveryFailure', 'blocked', 'an API that does not answer'],
    ['NamespaceDeletionContentFailure', 'blocked', 'content that could not be deleted'],
    ['NamespaceContentRemaining', 'moving', 'content that is still being deleted'],
  ])('that is being deleted says that %s keeps it', (type, level, what) => {
    const conditions = [
      condition('NamespaceContentRemaining', 'True', { message: 'a' }),
      condition(type, 'True', { message: 'b' }),
    ].slice(type === 'NamespaceContentRemaining' ? 1 : 0);
    expect(readiness(of('Terminating', conditions))).toMatchObject({
      state: 'progressing',
      wait: { level, reference: 'b', what: expect.stringContaining(what) as string },
    });
  });

  it('that is being deleted and kept by nothing goes on', () => {
    const gone = condition('NamespaceFinalizersRemaining', 'False');
    expect(readiness(of('Terminating', [gone]))).toMatchObject({ state: 'progressing', wait: { level: 'moving' } });
  });
});

describe('a PodDisruptionBudget', () => {
  const of = (status: object) =>
    objectOf('policy/v1', 'PodDisruptionBudget', { spec: {}, status: { observedGeneration: 2, ...status } });

  it('is ready with as many healthy pods as it wants, whether it allows an eviction or not', () => {
    expect(readiness(of({ currentHealthy: 3, desiredHealthy: 3, disruptionsAllowed: 0 })).state).toBe('ready');
    expect(readiness(of({ currentHealthy: 2, desiredHealthy: 3 }))).toMatchObject({
      state: 'progressing',
      wait: { what: expect.stringContaining('2 of 3') as string },
    });
    expect(readiness(of({ currentHealthy: 3, desiredHealthy: 3, observedGeneration: 1 })).state).toBe('progressing');
  });

  it('that can not be computed waits for a person', () => {
    const conditions = [
      condition('DisruptionAllowed', 'False', { reason: 'SyncFailed', message: 'no matching scale' }),
    ];
    expect(readiness(of({ conditions }))).toMatchObject({
      state: 'progressing',
      wait: { level: 'blocked', reference: 'no matching scale' },
    });
    const few = [condition('DisruptionAllowed', 'False', { reason: 'InsufficientPods' })];
    expect(readiness(of({ currentHealthy: 1, desiredHealthy: 1, conditions: few })).state).toBe('ready');
  });
});
