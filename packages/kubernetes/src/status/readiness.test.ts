import { seenWaitSchema } from '@sealift/core/upgrade';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readiness } from './readiness.ts';
import { condition, objectOf, podOf } from './testing/objects.ts';

const complete = {
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  desiredNumberScheduled: 1,
  updatedNumberScheduled: 1,
  numberAvailable: 1,
  currentHealthy: 1,
  desiredHealthy: 1,
  phase: 'Running',
  conditions: ['Ready', 'Available', 'Complete', 'Established', 'NamesAccepted'].map((type) => condition(type, 'True')),
};
const kinds: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'ReplicaSet'],
  ['v1', 'ReplicationController'],
  ['policy/v1', 'PodDisruptionBudget'],
];

describe('a generation that its controller has not seen', () => {
  it('is never ready, whatever the status says', () => {
    const anyKind = fc.constantFrom(...kinds, ['v1', 'Pod'] as const, ['cert.example/v1', 'Certificate'] as const);
    const generations = fc
      .tuple(fc.integer({ min: 1 }), fc.integer({ min: 0 }))
      .filter(([one, other]) => one !== other);
    fc.assert(
      fc.property(anyKind, generations, ([apiVersion, kind], [generation, observedGeneration]) => {
        const of = (seen: object) =>
          objectOf(apiVersion, kind, { spec: { replicas: 1 }, status: { ...complete, ...seen } }, { generation });
        expect(readiness(of({ observedGeneration: generation })).state).toBe('ready');
        expect(readiness(of({ observedGeneration })).state).not.toBe('ready');
      }),
    );
  });

  it.each(kinds)('of %s %s is not ready where no generation is written down', (apiVersion, kind) => {
    expect(readiness(objectOf(apiVersion, kind, { spec: { replicas: 1 }, status: complete })).state).toBe(
      'progressing',
    );
    expect(readiness(objectOf(apiVersion, kind, { spec: { replicas: 0 } })).state).toBe('progressing');
  });
});

describe('any object', () => {
  it('gives a wait of the common form, or none when it is ready, for whatever a server may answer', () => {
    const anyStatus = fc.oneof(
      fc.object({ key: fc.constantFrom(...Object.keys(complete), 'observedGeneration') }),
      fc.anything(),
      fc.constant(complete),
    );
    const anyKind = fc.constantFrom<readonly [apiVersion: string, kind: string]>(
      ...kinds,
      ['v1', 'Pod'],
      ['batch/v1', 'Job'],
      ['v1', 'Service'],
      ['v1', 'Namespace'],
      ['v1', 'PersistentVolumeClaim'],
      ['x.y/v1', 'Z'],
    );
    fc.assert(
      fc.property(anyKind, anyStatus, fc.anything(), ([apiVersion, kind], status, spec) => {
        const { state, wait } = readiness(objectOf(apiVersion, kind, { status, spec }));
        expect(wait === null).toBe(state === 'ready');
        if (wait !== null) seenWaitSchema.parse(wait);
      }),
    );
  });

  it('that is being deleted is not ready, and says what keeps it', () => {
    const deleted = { deletionTimestamp: '2026-11-01T13:00:00Z', finalizers: ['example/guard'] };
    expect(readiness(objectOf('v1', 'ConfigMap', {}, deleted))).toMatchObject({
      state: 'progressing',
      wait: {
        what: 'ConfigMap shop/web is being deleted and kept by example/guard',
        since: '2026-11-01T13:00:00.000Z',
      },
    });
    expect(readiness(podOf(complete, { metadata: deleted })).state).toBe('progressing');
  });

  it('whose status is of another form is unknown', () => {
    const odd = { observedGeneration: 2, replicas: 'many' };
    expect(readiness(objectOf('apps/v1', 'Deployment', { spec: {}, status: odd }))).toMatchObject({
      state: 'unknown',
      wait: { reference: expect.stringContaining('status.replicas') as string },
    });
    expect(readiness(objectOf('apps/v1', 'Deployment', { spec: {}, status: { observedGeneration: '2' } })).state).toBe(
      'unknown',
    );
  });

  it.each([
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
    ['storage.k8s.io/v1', 'StorageClass'],
  ])('of %s %s is configuration, and ready when it is there', (apiVersion, kind) => {
    expect(readiness(objectOf(apiVersion, kind)).state).toBe('ready');
  });

  it('of the name of a built-in kind in another group is a custom resource', () => {
    expect(readiness(objectOf('serving.example/v1', 'Service', { spec: {}, status: {} })).state).toBe('unknown');
  });
});
