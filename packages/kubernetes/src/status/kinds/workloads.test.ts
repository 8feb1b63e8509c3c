// Longer than most: the four controllers that keep pods running, each in both directions.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../objects/object.ts';
import { readiness } from '../readiness.ts';
import { condition, objectOf } from '../testing/objects.ts';

const app = (kind: string, spec: object, status: object | undefined, metadata = {}): KubeObject =>
  objectOf('apps/v1', kind, { spec, ...(status === undefined ? {} : { status }) }, metadata);
const stateOf = (object: KubeObject): string => readiness(object).state;

describe('a Deployment', () => {
  const done = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const of = (status: object | undefined, spec: object = { replicas: 2 }) => app('Deployment', spec, status);

  it.each([
    ['with every pod new and available', done, { replicas: 2 }],
    [
      'of one pod, where no number is given',
      { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
      {},
    ],
    ['of none', { observedGeneration: 2 }, { replicas: 0 }],
    ['that is paused, and complete', done, { replicas: 2, paused: true }],
    [
      'whose deadline passed before it was complete',
      { ...done, conditions: [condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' })] },
      { replicas: 2 },
    ],
  ])('%s is ready', (_, status, spec) => {
    expect(readiness(of(status, spec))).toEqual({ state: 'ready', wait: null });
  });

  it.each([
    ['not seen by its controller', { ...done, observedGeneration: 1 }, 'generation 1 of 2'],
    ['seen in an earlier life', { ...done, observedGeneration: 3 }, 'generation 3 of 2'],
    ['without a status', undefined, 'generation 0 of 2'],
    ['with an old pod that still goes', { ...done, replicas: 3 }, 'has 1 pods more than the 2 wanted'],
    ['with a pod that is not new', { ...done, updatedReplicas: 1 }, 'has 1 of 2 pods of the new template'],
    ['with a pod that is not available', { ...done, availableReplicas: 1 }, 'has 1 of 2 pods available'],
    ['being scaled down', { ...done, replicas: 4, updatedReplicas: 4, availableReplicas: 4 }, 'has 2 pods more'],
  ])('%s is on its way', (_, status, words) => {
    const { state, wait } = readiness(of(status));
    expect(state).toBe('progressing');
    expect(wait).toMatchObject({
      what: expect.stringContaining(words) as string,
      level: 'moving',
      object: { kind: 'Deployment', name: 'shop/web' },
      since: '2026-11-01T10:00:00.000Z',
    });
  });

  it('whose deadline passed is stalled and never failed', () => {
    const late = condition('Progressing', 'False', {
      reason: 'ProgressDeadlineExceeded',
      message: 'timed out progressing',
    });
    const { state, wait } = readiness(of({ ...done, availableReplicas: 1, conditions: [late] }));
    expect(state).toBe('progressing');
    expect(wait).toMatchObject({
      level: 'stalled',
      since: '2026-11-01T11:00:00.000Z',
      reference: 'timed out progressing',
    });
  });

  it('that is paused in its rollout waits for a person', () => {
    const { wait } = readiness(of({ ...done, updatedReplicas: 0 }, { replicas: 2, paused: true }));
    expect(wait).toMatchObject({
      level: 'blocked',
      remedy: expect.stringContaining('rollout resume deployment/web') as string,
    });
  });

  it('whose pods are refused says by what', () => {
    const message = 'pods "web-1" is forbidden: exceeded quota: compute, requested: cpu=1, used: cpu=4, limited: cpu=4';
    const { wait } = readiness(
      of({
        ...done,
        replicas: 1,
        updatedReplicas: 1,
        availableReplicas: 1,
        conditions: [condition('ReplicaFailure', 'True', { reason: 'FailedCreate', message })],
      }),
    );
    expect(wait).toMatchObject({
      what: expect.stringContaining('a quota of its namespace refuses them') as string,
      level: 'blocked',
      reference: message,
      since: '2026-11-01T11:00:00.000Z',
    });
  });
});

describe('a DaemonSet', () => {
  const done = { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };
  const of = (status: object, spec: object = {}, metadata = {}) => app('DaemonSet', spec, status, metadata);

  it('is ready when the pods of all its nodes are new and available', () => {
    expect(stateOf(of(done))).toBe('ready');
    expect(stateOf(of(done, { updateStrategy: { type: 'OnDelete' } }))).toBe('ready');
  });

  it.each([{ updatedNumberScheduled: 2 }, { numberAvailable: 2 }, { observedGeneration: 1 }])(
    'is on its way with %j',
    (change) => {
      expect(readiness(of({ ...done, ...change }))).toMatchObject({ state: 'progressing', wait: { level: 'moving' } });
    },
  );

  it('that wants no node is not said to be ready, unless it is declared', () => {
    const none = { observedGeneration: 2, desiredNumberScheduled: 0 };
    expect(readiness(of(none))).toMatchObject({
      state: 'unknown',
      wait: { level: 'blocked', remedy: expect.stringContaining('sealift.dev/ready-without: nodes') as string },
    });
    expect(stateOf(of(none, {}, { annotations: { 'sealift.dev/ready-without': 'address, nodes' } }))).toBe('ready');
    expect(stateOf(of(none, {}, { annotations: { 'sealift.dev/ready-without': 'address' } }))).toBe('unknown');
    expect(
      stateOf(of({ ...done, numberAvailable: 0 }, {}, { annotations: { 'sealift.dev/ready-without': 'nodes' } })),
    ).toBe('progressing');
  });

  it('that replaces only what is deleted says so', () => {
    const { wait } = readiness(of({ ...done, updatedNumberScheduled: 1 }, { updateStrategy: { type: 'OnDelete' } }));
    expect(wait).toMatchObject({ level: 'blocked', remedy: expect.stringContaining('Delete its old pods') as string });
  });
});

describe('a StatefulSet', () => {
  const done = {
    observedGeneration: 2,
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    updatedReplicas: 3,
    currentRevision: 'b',
    updateRevision: 'b',
  };
  const of = (status: object, spec: object = {}) =>
    app('StatefulSet', { replicas: 3, ...spec }, { ...done, ...status });
  const partition = (at: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: at } } });

  it.each([
    ['complete', {}, {}],
    ['with a partition, where every pod is new', {}, partition(2)],
    [
      'that replaces what is deleted, where every pod is new',
      { currentRevision: 'a' },
      { updateStrategy: { type: 'OnDelete' } },
    ],
    ['of a server that counts no available pods', { availableReplicas: undefined }, {}],
  ])('%s is ready', (_, status, spec) => {
    expect(stateOf(of(status, spec))).toBe('ready');
  });

  it.each([
    ['with a pod that is not ready', { readyReplicas: 2 }],
    ['with a pod that is ready for too short', { availableReplicas: 2 }],
    ['with a pod of the old template', { updatedReplicas: 2 }],
    ['with a pod to be made', { replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 2 }],
    ['being scaled down', { replicas: 4 }],
    ['not seen', { observedGeneration: 1 }],
  ])('%s is on its way', (_, status) => {
    expect(readiness(of(status))).toMatchObject({ state: 'progressing', wait: { level: 'moving' } });
  });

  it.each([
    ['OnDelete rolls nothing', { updatedReplicas: 0 }, { updateStrategy: { type: 'OnDelete' } }, 'Delete its old pods'],
    [
      'OnDelete rolls nothing, also when the revisions agree',
      { updatedReplicas: 0, currentRevision: 'b' },
      { updateStrategy: { type: 'OnDelete' } },
      'Delete its old pods',
    ],
    ['a partition rolls a part', { updatedReplicas: 1 }, partition(2), 'Lower spec.updateStrategy'],
    ['a partition rolls nothing', { updatedReplicas: 0 }, partition(3), 'Lower spec.updateStrategy'],
  ])('waits for a person where %s', (_, status, spec, remedy) => {
    expect(readiness(of(status, spec))).toMatchObject({
      state: 'progressing',
      wait: { level: 'blocked', remedy: expect.stringContaining(remedy) as string },
    });
  });

  it('is still on its way to its partition', () => {
    expect(readiness(of({ updatedReplicas: 0 }, partition(2)))).toMatchObject({ wait: { level: 'moving' } });
    expect(
      readiness(of({ updatedReplicas: 0, readyReplicas: 2 }, { updateStrategy: { type: 'OnDelete' } })),
    ).toMatchObject({ wait: { level: 'moving' } });
  });
});

describe.each([
  ['apps/v1', 'ReplicaSet'],
  ['v1', 'ReplicationController'],
])('of %s a %s', (apiVersion, kind) => {
  const of = (status: object) =>
    objectOf(apiVersion, kind, { spec: { replicas: 2 }, status: { observedGeneration: 2, ...status } });

  it('is ready with as many pods as wanted, all available', () => {
    expect(stateOf(of({ replicas: 2, availableReplicas: 2 }))).toBe('ready');
    expect(stateOf(of({ replicas: 3, availableReplicas: 3 }))).toBe('progressing');
    expect(stateOf(of({ replicas: 2, availableReplicas: 1 }))).toBe('progressing');
    expect(stateOf(of({ replicas: 2, availableReplicas: 2, observedGeneration: 1 }))).toBe('progressing');
  });
});
