import { describe, expect, it } from 'vitest';
import { readiness } from '../readiness.ts';
import { condition, eventOf, objectOf, podOf } from '../testing/objects.ts';

const status = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 1 };
const web = objectOf('apps/v1', 'Deployment', { spec: { replicas: 3 }, status });
const set = objectOf('apps/v1', 'ReplicaSet', { spec: { replicas: 3 } }, { name: 'web-1', uid: 'set' });
const starting = podOf({ phase: 'Pending' }, { name: 'starting', owner: 'set' });
const noImage = podOf(
  {
    phase: 'Pending',
    containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }],
  },
  { name: 'no-image', owner: 'set' },
);
const slow = podOf(
  { containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { running: {} } }] },
  { name: 'slow', owner: 'set' },
);
const well = podOf({ conditions: [condition('Ready', 'True')] }, { name: 'well', owner: 'set' });

describe('what stands in the way of a workload', () => {
  it('is the worst of its pods, with what that holds up', () => {
    expect(readiness(web, { pods: [slow] }).wait).toMatchObject({ object: { name: 'shop/slow' }, level: 'moving' });
    expect(readiness(web, { pods: [noImage, slow] }).wait?.object?.name).toBe('shop/no-image');
    expect(readiness(web, { pods: [well, slow, starting, noImage] })).toMatchObject({
      state: 'progressing',
      wait: {
        object: { kind: 'Pod', name: 'shop/no-image' },
        level: 'blocked',
        impact: 'Deployment web has 1 of 3 pods available',
      },
    });
  });

  it('is its own numbers when every pod that there is is well', () => {
    expect(readiness(web, { pods: [well] }).wait).toMatchObject({ object: { kind: 'Deployment', name: 'shop/web' } });
    expect(readiness(web, { pods: [] }).wait?.object?.kind).toBe('Deployment');
  });

  it('is not a pod that was evicted and replaced', () => {
    const evicted = podOf(
      {
        phase: 'Failed',
        reason: 'Evicted',
        containerStatuses: [{ name: 'app', state: { terminated: { exitCode: 137 } } }],
      },
      { name: 'evicted', owner: 'set' },
    );
    expect(readiness(web, { pods: [evicted, well] }).wait?.object?.kind).toBe('Deployment');
  });

  it('of a Job is the try that failed', () => {
    const job = objectOf('batch/v1', 'Job', { spec: { completions: 1 }, status: { failed: 1 } });
    const failed = podOf({
      phase: 'Failed',
      containerStatuses: [
        { name: 'app', restartCount: 0, state: { terminated: { exitCode: 4, message: 'no database' } } },
      ],
    });
    expect(readiness(job, { pods: [failed] }).wait).toMatchObject({
      what: expect.stringContaining('exit code 4') as string,
      reference: 'no database',
      impact: expect.stringContaining('1 that failed') as string,
    });
  });

  it.each([
    ['its end', {}, '2026-11-01T12:00:00Z'],
    ['its end without a time to end in', { deletionGracePeriodSeconds: 0 }, '2026-11-01T12:00:00Z'],
    ['its end, by when it is to be gone', { deletionGracePeriodSeconds: 30 }, '2026-11-01T12:00:30Z'],
  ])('is the pod that does not end, since somebody asked for %s', (_what, grace, deletionTimestamp) => {
    const ending = podOf({}, { name: 'ending', owner: 'set', metadata: { deletionTimestamp, ...grace } });
    const scaled = objectOf('apps/v1', 'Deployment', {
      spec: { replicas: 3 },
      status: { ...status, replicas: 4, availableReplicas: 4, updatedReplicas: 3 },
    });
    expect(readiness(scaled, { pods: [well, ending] }).wait).toMatchObject({
      what: 'Pod shop/ending is being ended',
      since: '2026-11-01T12:00:00.000Z',
    });
  });

  it.each([
    ['exceeded quota: compute', 'a quota of its namespace'],
    ['violates PodSecurity "restricted:latest": privileged', 'the Pod Security level'],
    ['admission webhook "policy.example" denied the request: no latest', 'an admission webhook refuses'],
    [
      'Internal error occurred: failed calling webhook "policy.example": connection refused',
      'an admission webhook that does not answer',
    ],
    ['serviceaccount "web" not found', 'a ServiceAccount that does not exist'],
    ['something new', 'the API server refuses them'],
  ])('is the refusal of its pods: %s', (message, what) => {
    const events = [eventOf(set, 'FailedCreate', `Error creating: ${message}`)];
    expect(readiness(web, { between: [set], events, pods: [starting] }).wait).toMatchObject({
      what: expect.stringContaining(what) as string,
      level: 'blocked',
      object: { kind: 'ReplicaSet', name: 'shop/web-1' },
      reference: `Error creating: ${message}`,
      impact: 'Deployment web has 1 of 3 pods available',
    });
  });

  it('is no refusal that a later pod shows to be over', () => {
    const events = [eventOf(set, 'FailedCreate', 'exceeded quota')];
    const later = podOf(
      { phase: 'Pending' },
      { name: 'later', owner: 'set', metadata: { creationTimestamp: '2026-11-01T12:06:00Z' } },
    );
    expect(readiness(web, { between: [set], events, pods: [later] }).wait?.object?.kind).toBe('Deployment');
    const refused = { ...set, status: { conditions: [condition('ReplicaFailure', 'True')] } };
    expect(readiness(web, { between: [refused], events, pods: [later] }).wait?.object?.kind).toBe('ReplicaSet');
  });
});
