import { describe, expect, it } from 'vitest';
import { readiness, type Related } from '../readiness.ts';
import { condition, objectOf } from '../testing/objects.ts';

const of = (conditions: readonly object[] | undefined, status: object = {}, metadata = {}) =>
  objectOf(
    'cert.example/v1',
    'Certificate',
    { spec: {}, status: { ...status, ...(conditions === undefined ? {} : { conditions }) } },
    metadata,
  );
const definition = (status: object | undefined) =>
  objectOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    spec: {
      versions: [
        { name: 'v1', schema: { openAPIV3Schema: { properties: status === undefined ? { spec: {} } : { status } } } },
      ],
    },
  });
const with_ = (status: object | undefined): Related => ({ definition: definition(status) });

describe('a custom resource', () => {
  it.each([
    ['Ready', [condition('Ready', 'True')]],
    [
      'Available, and not changing',
      [condition('Available', 'True'), condition('RollingOut', 'False'), condition('Degraded', 'False')],
    ],
    ['Ready, with a condition that nobody knows', [condition('Ready', 'True'), condition('Issuing', 'True')]],
    ['Ready by who counts no generations', [condition('Ready', 'True', { observedGeneration: 0 })]],
  ])('that is %s is ready', (_, conditions) => {
    expect(readiness(of(conditions)).state).toBe('ready');
  });

  it('that is not Ready is on its way, and never failed', () => {
    const no = condition('Ready', 'False', { reason: 'DoesNotExist', message: 'Secret does not exist' });
    expect(readiness(of([no]))).toMatchObject({
      state: 'progressing',
      wait: {
        level: 'moving',
        what: 'Certificate shop/web is not ready: Ready is False (DoesNotExist)',
        reference: 'Secret does not exist',
        since: '2026-11-01T11:00:00.000Z',
      },
    });
  });

  it('has to be well by every condition that sums it up', () => {
    expect(readiness(of([condition('Ready', 'True'), condition('Synced', 'False')])).state).toBe('progressing');
    expect(readiness(of([condition('Synced', 'True'), condition('Ready', 'False')])).state).toBe('progressing');
  });

  it('with an Unknown condition is unknown, and names it', () => {
    expect(readiness(of([condition('Ready', 'Unknown', { message: 'etcd member health unknown' })]))).toMatchObject({
      state: 'unknown',
      wait: { what: expect.stringContaining('Ready is Unknown') as string, reference: 'etcd member health unknown' },
    });
    expect(readiness(of([condition('EtcdClusterHealthy', 'Unknown')]))).toMatchObject({
      state: 'unknown',
      wait: { what: expect.stringContaining('EtcdClusterHealthy is Unknown') as string },
    });
  });

  it.each(['Reconciling', 'RollingOut', 'ScalingUp', 'ScalingDown', 'Remediating', 'Deleting'])(
    'that is Ready and %s is still on its way',
    (type) => {
      expect(readiness(of([condition('Ready', 'True'), condition(type, 'True')]))).toMatchObject({
        state: 'progressing',
        wait: { level: 'moving' },
      });
    },
  );

  it.each(['Paused', 'Degraded'])('that is Ready and %s is held up', (type) => {
    expect(readiness(of([condition('Ready', 'True'), condition(type, 'True')]))).toMatchObject({
      state: 'progressing',
      wait: { level: 'blocked' },
    });
  });

  it.each(['Stalled', 'Failed'])('that is %s has failed, but not by what was said of an earlier generation', (type) => {
    expect(readiness(of([condition('Ready', 'False'), condition(type, 'True')])).state).toBe('failed');
    expect(readiness(of([condition('Ready', 'True'), condition(type, 'False')])).state).toBe('ready');
    expect(readiness(of([condition('Ready', 'False'), condition(type, 'True', { observedGeneration: 1 })])).state).toBe(
      'progressing',
    );
  });

  it('of which an earlier generation was Ready is on its way', () => {
    expect(readiness(of([condition('Ready', 'True')], { observedGeneration: 1 })).state).toBe('progressing');
    expect(readiness(of([condition('Ready', 'True', { observedGeneration: 1 })])).state).toBe('progressing');
    expect(
      readiness(of([condition('Ready', 'True', { observedGeneration: 2 })], { observedGeneration: 2 })).state,
    ).toBe('ready');
  });

  it('without conditions is not ready yet', () => {
    expect(readiness(of(undefined)).state).toBe('unknown');
    expect(readiness(of([])).state).toBe('unknown');
    expect(readiness(objectOf('cert.example/v1', 'Certificate')).state).toBe('unknown');
    expect(readiness(of(undefined), with_({ properties: { conditions: {} } })).state).toBe('unknown');
  });

  it('whose definition leaves no room for conditions is ready when it is there', () => {
    expect(readiness(of(undefined), with_(undefined)).state).toBe('ready');
    expect(readiness(of(undefined), with_({ properties: { capacity: {} } })).state).toBe('ready');
    expect(readiness(of(undefined), with_({ 'x-kubernetes-preserve-unknown-fields': true })).state).toBe('unknown');
    expect(readiness(of(undefined), with_({ properties: { ready: {} } })).state).toBe('unknown');
    const other = { ...objectOf('cert.example/v2', 'Certificate') };
    expect(readiness(other, with_(undefined)).state).toBe('unknown');
  });

  it('with conditions that nobody knows says which, and how to go on', () => {
    const { state, wait } = readiness(of([condition('Issuing', 'True')]));
    expect(state).toBe('unknown');
    expect(wait).toMatchObject({
      what: expect.stringContaining('only Issuing') as string,
      remedy: expect.stringContaining('sealift.dev/ready-without: conditions') as string,
    });
    const annotations = { 'sealift.dev/ready-without': 'conditions' };
    expect(readiness(of([condition('Issuing', 'True')], {}, { annotations })).state).toBe('ready');
    expect(readiness(of([condition('Ready', 'False')], {}, { annotations })).state).toBe('progressing');
  });

  it('of the old form is judged by status.ready', () => {
    expect(readiness(of(undefined, { ready: true })).state).toBe('ready');
    expect(readiness(of(undefined, { ready: false })).state).toBe('progressing');
    expect(readiness(of([condition('Ready', 'False')], { ready: true })).state).toBe('progressing');
  });
});
