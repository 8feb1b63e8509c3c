import { heldAnnotation } from '@sealift/kubernetes/hold';
import { describe, expect, it } from 'vitest';
import { type MachineSketch, sketchState, type StateSketch } from '../testing/sample-state.ts';
import { hookAnnotations, type Release } from './hooks.ts';
import type { DiskLooks } from './machine-disks.ts';
import { earlyEnd, nextAct } from './next-act.ts';

const going = '2026-11-28T12:00:00Z';
const drain = { [hookAnnotations.drain]: 'sealift' };
const deletion = { [hookAnnotations.deletion]: 'sealift' };
const annotations = { ...drain, ...deletion };
const seen = (disks: DiskLooks) => ({ disks, back: new Set<string>(), etcd: { pods: [] } });
const bare: DiskLooks = new Map([['a', { state: 'none' }]]);
const unlooked = seen(new Map());
const told = (releases: readonly Release[] = []) =>
  releases.map(({ machine, before }) => `${machine.name}: ${before.join(', ')}`);
const done = (names: readonly string[], more: Partial<MachineSketch> = {}): MachineSketch[] =>
  names.map((name) => ({ name, isNew: true, ...more }));
const workers = done(['x', 'y', 'z'], { set: 'new' });
const controlPlane = done(['d', 'e', 'f']);

function stateOf(sketch: StateSketch, held = false) {
  const state = sketchState({ sets: [{ name: 'old', template: 'old' }, { name: 'new' }], ...sketch });
  const check = {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'MachineHealthCheck',
    metadata: { name: 'check', annotations: held ? { [heldAnnotation]: '{}' } : {} },
  };
  return { ...state, healthChecks: [check] };
}

describe('what is up to us', () => {
  it('is to let the machine go whose successor is right, and no other', () => {
    const machines: MachineSketch[] = [
      { name: 'a', annotations, deleting: going },
      { name: 'b', annotations },
      { name: 'c', annotations },
      ...done(['d']),
    ];
    const act = nextAct(stateOf({ machines }, true), 'control-plane', unlooked);
    expect(told(act?.unhook)).toEqual(['a: drain']);
    expect(act?.putBack).toEqual([]);
    expect(nextAct(stateOf({ machines: machines.slice(0, 3) }), 'control-plane', unlooked)).toBeNull();
  });

  it('is nothing while no machine waits for us', () => {
    const machines: MachineSketch[] = [{ name: 'a', annotations }, { name: 'b' }, { name: 'c' }, ...done(['d'])];
    expect(nextAct(stateOf({ machines }, true), 'control-plane', unlooked)).toBeNull();
  });

  it('is to let go of machines that stayed, then to put back what was held', () => {
    const kept = [...done(['d'], { annotations }), ...done(['e', 'f'])];
    const first = nextAct(stateOf({ machines: [...kept, ...workers] }, true), 'control-plane', unlooked);
    expect(told(first?.unhook)).toEqual(['d: drain, deletion']);
    const second = nextAct(stateOf({ machines: [...controlPlane, ...workers] }, true), 'control-plane', unlooked);
    expect(second?.putBack.map(({ metadata }) => metadata.name)).toEqual(['check']);
    expect(second?.forget.map(({ name }) => name)).toEqual(['cp']);
    const over = { machines: [...controlPlane, ...workers], owner: { planned: false } } as const;
    expect(nextAct(stateOf(over, true), 'control-plane', unlooked)).toMatchObject({ forget: [] });
    expect(nextAct(stateOf(over), 'control-plane', unlooked)).toBeNull();
  });

  it('is not to put back while the other group of nodes rolls', () => {
    const rolling = [...workers.slice(1), { name: 'old', set: 'old' }];
    const held = (others: readonly MachineSketch[]) =>
      nextAct(stateOf({ machines: [...controlPlane, ...others] }, true), 'control-plane', unlooked)?.putBack.length;
    expect(held(workers)).toBe(1);
    expect(held(rolling)).toBe(0);
    const leaving = [...workers.slice(1), { name: 'x', isNew: true, set: 'new', deleting: going }];
    expect(held(leaving)).toBe(0);
    const back = [...controlPlane.slice(1), { name: 'a' }, ...workers];
    expect(nextAct(stateOf({ machines: back }, true), 'workers', unlooked)?.putBack).toEqual([]);
  });

  it('is not to put back before the group itself is settled', () => {
    const unready = done(['f'], { said: [['NodeReady', 'False']] });
    expect(
      nextAct(
        stateOf({ machines: [...controlPlane.slice(0, 2), ...unready, ...workers] }, true),
        'control-plane',
        unlooked,
      ),
    ).toBeNull();
  });
});

describe('a machine that is drained', () => {
  const drained: MachineSketch = {
    name: 'a',
    annotations: deletion,
    deleting: going,
    said: [['Deleting', 'True', 'WaitingForPreTerminateHook']],
  };
  const act = (machine: MachineSketch, disks: DiskLooks) =>
    nextAct(
      stateOf({ machines: [machine, { name: 'b' }, { name: 'c' }, ...done(['d'])] }),
      'control-plane',
      seen(disks),
    );

  it('goes when vCenter has no volume on its VM, and not before somebody looked', () => {
    expect(act(drained, new Map())).toBeNull();
    const attached = { state: 'attached', vm: '/DC0/vm/a', disks: ['x'] } as const;
    for (const look of [attached, { state: 'unseen', vm: 'u' } as const]) {
      expect(act(drained, new Map([['a', look]]))).toBeNull();
    }
    expect(act(drained, new Map([['b', { state: 'none' }]]))).toBeNull();
    const last = act(drained, bare);
    expect(told(last?.unhook)).toEqual(['a: deletion']);
    expect(last?.what).toBe('Letting the VM of a be deleted: no volume is on it');
  });

  it('stays until its successor is right, where Cluster API skipped the drain', () => {
    const held = { ...drained, annotations };
    const unready = done(['d'], { said: [['NodeReady', 'False']] });
    const state = stateOf({ machines: [held, { name: 'b' }, { name: 'c' }, ...unready] });
    expect(nextAct(state, 'control-plane', seen(bare))).toBeNull();
    expect(told(act(held, bare)?.unhook)).toEqual(['a: drain']);
  });

  it('is not looked at before it waits for that', () => {
    const draining = { ...drained, said: [['Deleting', 'True', 'DrainingNode']] as const };
    expect(act(draining, bare)).toBeNull();
  });
});

it('a machine whose template is back is looked at again, once everything else is done', () => {
  const machines = [{ name: 'a' }, { name: 'b' }, { name: 'c' }, ...done(['d'], { kubelet: null })];
  const back = new Set(['d']);
  const act = nextAct(stateOf({ machines }), 'control-plane', { ...unlooked, back });
  expect(act).toMatchObject({ unhook: [], putBack: [], touch: [{ name: 'd' }] });
  expect(act?.what).toBe('Having the provider look at d again: its template is there now');
  expect(nextAct(stateOf({ machines }), 'control-plane', unlooked)).toBeNull();
});

describe('an early end', () => {
  const machines: MachineSketch[] = [
    { name: 'a', annotations, deleting: going },
    { name: 'b', annotations },
    { name: 'c' },
    { name: 'd', isNew: true },
    ...workers,
  ];
  const names = (end: ReturnType<typeof earlyEnd>) => ({
    unhook: told(end.unhook),
    kept: end.kept.map(({ name }) => name),
    putBack: end.putBack.length,
    forget: end.forget.length,
  });

  it('lets all of its own go, whether it is being taken away or not', () => {
    expect(names(earlyEnd(stateOf({ machines }, true), 'control-plane', bare))).toEqual({
      unhook: ['a: drain, deletion', 'b: drain, deletion'],
      kept: [],
      putBack: 1,
      forget: 1,
    });
    expect(names(earlyEnd(stateOf({ machines }), 'workers', bare))).toEqual({
      unhook: [],
      kept: [],
      putBack: 0,
      forget: 1,
    });
  });

  it('lets a machine be drained whose VM it holds for a volume', () => {
    for (const disks of [
      new Map<never, never>(),
      new Map([['a', { state: 'attached', vm: 'a', disks: ['x'] } as const]]),
    ]) {
      expect(names(earlyEnd(stateOf({ machines }), 'control-plane', disks))).toEqual({
        unhook: ['a: drain', 'b: drain, deletion'],
        kept: ['a'],
        putBack: 0,
        forget: 1,
      });
    }
    const drained = machines.map((one) => (one.name === 'a' ? { ...one, annotations: deletion } : one));
    expect(names(earlyEnd(stateOf({ machines: drained }), 'control-plane', new Map()))).toMatchObject({
      unhook: ['b: drain, deletion'],
      kept: ['a'],
    });
  });

  it('keeps machines that would go for others that are not as wanted', () => {
    const other = machines.map((one) => (one.name === 'd' ? { ...one, kubelet: 'v1.36.3' } : one));
    expect(names(earlyEnd(stateOf({ machines: other }, true), 'control-plane', bare))).toEqual({
      unhook: [],
      kept: ['a', 'b'],
      putBack: 1,
      forget: 0,
    });
    const strange = machines.map((one) => (one.name === 'd' ? { ...one, version: 'v1.37.1' } : one));
    expect(names(earlyEnd(stateOf({ machines: strange }), 'control-plane', bare))).toMatchObject({
      unhook: [],
      kept: ['a', 'b'],
    });
  });
});
