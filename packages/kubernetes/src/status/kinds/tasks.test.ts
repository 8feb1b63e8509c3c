import { describe, expect, it } from 'vitest';
import { readiness } from '../readiness.ts';
import { condition, objectOf, podOf } from '../testing/objects.ts';

describe('a Job', () => {
  const of = (status: object, spec: object = { completions: 1 }) => objectOf('batch/v1', 'Job', { spec, status });

  it('is ready when it is complete', () => {
    expect(readiness(of({ succeeded: 1, conditions: [condition('Complete', 'True')] })).state).toBe('ready');
  });

  it.each([
    ['only started', { active: 1, startTime: '2026-11-01T10:00:00Z', ready: 1 }],
    ['done, but not yet said to be complete', { succeeded: 1, conditions: [condition('SuccessCriteriaMet', 'True')] }],
    ['said not to be complete', { conditions: [condition('Complete', 'False'), condition('Failed', 'False')] }],
    ['with tries that failed', { failed: 2, active: 1 }],
    ['not looked at yet', {}],
  ])('is on its way: %s', (_, status) => {
    expect(readiness(of(status))).toMatchObject({ state: 'progressing', wait: { level: 'moving' } });
  });

  it.each(['Failed', 'FailureTarget'])('has failed by its condition %s, since then and in its words', (type) => {
    const why = { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
    expect(readiness(of({ failed: 7, conditions: [condition(type, 'True', why)] }))).toMatchObject({
      state: 'failed',
      wait: {
        level: 'failed',
        what: 'Job shop/web failed: BackoffLimitExceeded',
        since: '2026-11-01T11:00:00.000Z',
        reference: why.message,
      },
    });
  });

  it('that is suspended waits for a person', () => {
    expect(readiness(of({}, { suspend: true }))).toMatchObject({ state: 'progressing', wait: { level: 'blocked' } });
  });
});

it('a CronJob is ready when it is there, whatever its last Job did', () => {
  expect(readiness(objectOf('batch/v1', 'CronJob', { spec: { suspend: true }, status: { active: [{}] } })).state).toBe(
    'ready',
  );
});

describe('a Pod', () => {
  const isReady = { conditions: [condition('Ready', 'True')] };

  it.each([
    ['that takes traffic', isReady],
    ['that ended well', { phase: 'Succeeded', conditions: [condition('Ready', 'False', { reason: 'PodCompleted' })] }],
  ])('%s is ready', (_, status) => {
    expect(readiness(podOf(status)).state).toBe('ready');
  });

  it('that ended in failure has failed', () => {
    expect(
      readiness(podOf({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' })),
    ).toMatchObject({
      state: 'failed',
      wait: {
        level: 'failed',
        what: 'Pod shop/web-0 ended in failure: Evicted',
        reference: 'The node was low on memory',
      },
    });
    expect(readiness(podOf({ phase: 'Failed', ...isReady })).state).toBe('failed');
  });

  it.each([
    ['that runs and is not ready', { conditions: [condition('Ready', 'False')] }],
    ['that is pending', { phase: 'Pending' }],
    ['without conditions', {}],
    [
      'of which an earlier generation is ready',
      { conditions: [condition('Ready', 'True', { observedGeneration: 1 })] },
    ],
    ['whose kubelet has seen an earlier generation', { ...isReady, observedGeneration: 1 }],
  ])('%s is on its way', (_, status) => {
    expect(readiness(podOf(status)).state).toBe('progressing');
  });

  it.each([
    { phase: 'Unknown', ...isReady },
    { conditions: [condition('Ready', 'Unknown', { reason: 'NodeStatusUnknown' })] },
  ])('is unknown with %j', (status) => {
    expect(readiness(podOf(status)).state).toBe('unknown');
  });

  it('that is being ended is not ready', () => {
    const pod = podOf(isReady, { metadata: { deletionTimestamp: '2026-11-01T13:00:00Z' } });
    expect(readiness(pod)).toMatchObject({ state: 'progressing', wait: { since: '2026-11-01T13:00:00.000Z' } });
  });
});

describe('a Node', () => {
  const of = (...conditions: readonly object[]) =>
    objectOf('v1', 'Node', { spec: { unschedulable: true }, status: { conditions } });

  it('is ready when its kubelet says so, also while nothing new is scheduled on it', () => {
    expect(readiness(of(condition('Ready', 'True'))).state).toBe('ready');
    expect(readiness(of(condition('Ready', 'False'))).state).toBe('progressing');
    expect(readiness(of(condition('Ready', 'Unknown'))).state).toBe('unknown');
    expect(readiness(of()).state).toBe('progressing');
  });
});
