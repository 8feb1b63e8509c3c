import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../objects/object.ts';
import { controlPlaneOf } from './control-plane.ts';
import { machineDeploymentOf, machineSetOf } from './workers.ts';

const metadata = { name: 'cp', namespace: 'default', generation: 3, resourceVersion: '9' };
const oldRef = { apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta1', kind: 'VSphereMachineTemplate', name: 't' };
const newRef = { apiGroup: 'infrastructure.cluster.x-k8s.io', kind: 'VSphereMachineTemplate', name: 't' };
const apiVersion = 'cluster.x-k8s.io/v1beta2';

function controlPlane(spec: Readonly<Record<string, unknown>>, more: Partial<KubeObject> = {}) {
  const machineTemplate = { spec: { infrastructureRef: newRef } };
  return controlPlaneOf({
    apiVersion,
    kind: 'KubeadmControlPlane',
    metadata,
    spec: { version: 'v1.36.3', machineTemplate, ...spec },
    ...more,
  });
}

function deployment(spec: Readonly<Record<string, unknown>>, annotations = {}) {
  const template = { spec: { version: 'v1.36.3', infrastructureRef: newRef } };
  return machineDeploymentOf({
    apiVersion,
    kind: 'MachineDeployment',
    metadata: { ...metadata, annotations },
    spec: { template, ...spec },
  });
}

describe('a control plane', () => {
  it('is asked in the form of the version that it came in', () => {
    expect(controlPlane({}).patch('v2', newRef)).toEqual({
      version: 'v2',
      machineTemplate: { spec: { infrastructureRef: newRef } },
    });
    const older = controlPlane({ machineTemplate: { infrastructureRef: oldRef } });
    expect(older.template).toEqual(oldRef);
    expect(older.patch('v2', oldRef)).toEqual({ version: 'v2', machineTemplate: { infrastructureRef: oldRef } });
    expect(older.patch('v2', undefined)).toEqual({ version: 'v2' });
  });

  it('without a machine template in any form is none', () => {
    expect(() => controlPlane({ machineTemplate: {} })).toThrow('cannot be used');
  });

  it('is observed when its controller has seen the present spec, not before and not when it says nothing', () => {
    expect(controlPlane({}, { status: { observedGeneration: 3 } }).observed).toBe(true);
    expect(controlPlane({}, { status: { observedGeneration: 2 } }).observed).toBe(false);
    expect(controlPlane({}, { status: {} }).observed).toBe(false);
    expect(controlPlane({}).observed).toBe(false);
  });

  it('has a surge of one unless it says otherwise; without a surge one machine goes first', () => {
    const surge = (maxSurge: unknown) => ({ strategy: { rollingUpdate: { maxSurge } } });
    expect(controlPlane({ replicas: 3 })).toMatchObject({ replicas: 3, surge: 1, unavailable: 0 });
    expect(controlPlane({})).toMatchObject({ replicas: 1 });
    expect(controlPlane({ rollout: surge(0) })).toMatchObject({ surge: 0, unavailable: 1 });
    expect(controlPlane({ rolloutStrategy: surge(0).strategy })).toMatchObject({ surge: 0, unavailable: 1 });
    expect(controlPlane({ rollout: surge('1') })).toMatchObject({ surge: 1, unavailable: 0 });
  });

  it('tells when this program last changed it', () => {
    const field = (manager: string, time: string, subresource?: string) => ({ manager, time, subresource });
    const managedFields = [
      field('sealift', '2026-11-28T10:00:00Z'),
      field('sealift', '2026-11-28T12:00:00Z'),
      field('sealift', '2026-11-28T13:00:00Z', 'status'),
      field('manager', '2026-11-28T14:00:00Z'),
    ];
    expect(controlPlane({}, { metadata: { ...metadata, managedFields } }).askedAt).toBe('2026-11-28T12:00:00.000Z');
    expect(controlPlane({}).askedAt).toBeNull();
  });
});

describe('a MachineDeployment', () => {
  it('counts machines in numbers and percentages, rounded as Kubernetes does', () => {
    const strategy = (maxSurge: unknown, maxUnavailable: unknown) => ({
      replicas: 7,
      rollout: { strategy: { rollingUpdate: { maxSurge, maxUnavailable } } },
    });
    expect(deployment({ replicas: 7 })).toMatchObject({ surge: 1, unavailable: 0, replacesItself: true });
    expect(deployment(strategy('20%', '20%'))).toMatchObject({ surge: 2, unavailable: 1 });
    expect(deployment(strategy(0, '10%'))).toMatchObject({ surge: 0, unavailable: 1 });
    expect(deployment(strategy(3, 2))).toMatchObject({ surge: 3, unavailable: 2 });
    const old = { replicas: 4, strategy: { type: 'OnDelete', rollingUpdate: { maxSurge: 2 } } };
    expect(deployment(old)).toMatchObject({ surge: 2, replacesItself: false });
    expect(() => deployment(strategy('many', 0))).toThrow('cannot be used');
  });

  it('is paused by its spec or by an annotation of any value', () => {
    expect(deployment({})).toMatchObject({ paused: false });
    expect(deployment({ paused: true })).toMatchObject({ paused: true });
    expect(deployment({}, { 'cluster.x-k8s.io/paused': '' })).toMatchObject({ paused: true });
  });

  it('is asked for version and template in its template', () => {
    expect(deployment({}).patch('v2', newRef)).toEqual({
      template: { spec: { version: 'v2', infrastructureRef: newRef } },
    });
  });
});

it('a MachineSet that somebody made by hand belongs to no deployment', () => {
  const spec = { template: { spec: { version: 'v1', infrastructureRef: newRef } } };
  const owned = (kind: string, controller: boolean) => [{ apiVersion, kind, name: 'md', uid: 'u', controller }];
  const set = (ownerReferences: ReturnType<typeof owned>) =>
    machineSetOf({ apiVersion, kind: 'MachineSet', metadata: { ...metadata, ownerReferences }, spec }).deployment;
  expect(set(owned('MachineDeployment', true))).toBe('md');
  expect(set(owned('MachineDeployment', false))).toBeUndefined();
  expect(set(owned('Cluster', true))).toBeUndefined();
});
