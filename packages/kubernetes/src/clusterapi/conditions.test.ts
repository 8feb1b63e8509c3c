import { describe, expect, it } from 'vitest';
import { conditionsOf, holds } from './conditions.ts';

const metadata = { name: 'a' };
const at = '2026-11-28T12:00:00Z';
const object = (version: string, status: unknown) => ({
  apiVersion: `cluster.x-k8s.io/${version}`,
  kind: 'Machine',
  metadata,
  status,
});
const one = (type: string, status: string, more = {}) => ({
  type,
  status,
  reason: 'Why',
  message: 'what',
  lastTransitionTime: at,
  ...more,
});

describe('the conditions of Cluster API', () => {
  it('are read where each version keeps the newer ones', () => {
    const expected = {
      type: 'Deleting',
      status: 'True',
      reason: 'Why',
      message: 'what',
      since: '2026-11-28T12:00:00.000Z',
    };
    const newer = [one('Deleting', 'True')];
    const v1beta2 = object('v1beta2', {
      conditions: newer,
      deprecated: { v1beta1: { conditions: [one('Ready', 'True')] } },
    });
    const v1beta1 = object('v1beta1', { conditions: [one('Ready', 'True')], v1beta2: { conditions: newer } });
    for (const found of [conditionsOf(v1beta2), conditionsOf(v1beta1)]) {
      expect(found.get('Deleting')).toEqual(expected);
      expect(holds(found, 'Ready')).toBe(true);
    }
  });

  it('of both kinds with one name are the newer one', () => {
    const older = [one('NodeHealthy', 'True')];
    const newer = [one('NodeHealthy', 'False')];
    const v1beta2 = object('v1beta2', { conditions: newer, deprecated: { v1beta1: { conditions: older } } });
    const v1beta1 = object('v1beta1', { conditions: older, v1beta2: { conditions: newer } });
    expect(conditionsOf(v1beta2).get('NodeHealthy')?.status).toBe('False');
    expect(conditionsOf(v1beta1).get('NodeHealthy')?.status).toBe('False');
  });

  it.each([
    [one('DrainingSucceeded', 'False'), { type: 'Deleting', status: 'True', reason: 'DrainingNode', message: 'what' }],
    [one('PreDrainDeleteHookSucceeded', 'False'), { type: 'Deleting', reason: 'WaitingForPreDrainHook' }],
    [one('VolumeDetachSucceeded', 'False'), { type: 'Deleting', reason: 'WaitingForVolumeDetach' }],
    [one('PreTerminateDeleteHookSucceeded', 'False'), { type: 'Deleting', reason: 'WaitingForPreTerminateHook' }],
    [one('NodeHealthy', 'True'), { type: 'NodeReady', status: 'True' }],
    [one('BootstrapReady', 'False'), { type: 'BootstrapConfigReady', status: 'False' }],
    [one('MachinesSpecUpToDate', 'False'), { type: 'MachinesUpToDate', status: 'False' }],
    [one('Resized', 'False', { reason: 'ScalingDown' }), { type: 'ScalingDown', status: 'True' }],
  ])('of the older kind alone are said in the terms of the newer', (older, expected) => {
    const found = conditionsOf(object('v1beta1', { conditions: [older] }));
    expect(found.get(expected.type)).toMatchObject(expected);
  });

  it('of a step that is behind say nothing of a deletion', () => {
    const found = conditionsOf(
      object('v1beta1', { conditions: [one('DrainingSucceeded', 'True'), one('Resized', 'True')] }),
    );
    expect([...found.keys()]).toEqual([]);
  });

  it('that are none are left out, and words for a terminal are made fit', () => {
    const conditions = [
      null,
      { type: 'X' },
      one('Y', 'Maybe'),
      one('Z', 'True', { message: 'a\u001b[31m\nb', lastTransitionTime: 'x' }),
    ];
    const found = conditionsOf(object('v1beta2', { conditions }));
    expect([...found.values()]).toEqual([
      { type: 'Z', status: 'True', reason: 'Why', message: 'a [31m\nb', since: null },
    ]);
    for (const status of [undefined, null, 'x', { conditions: 'x' }, { conditions: {} }]) {
      expect(conditionsOf(object('v1beta2', status)).size).toBe(0);
    }
  });

  it('are bounded in number and size', () => {
    const many = Array.from({ length: 5000 }, (_, index) => one(`T${index}`, 'True', { message: 'x'.repeat(100_000) }));
    const found = conditionsOf(object('v1beta2', { conditions: many }));
    expect(found.size).toBe(100);
    expect(found.get('T0')?.message).toHaveLength(4000);
  });
});
