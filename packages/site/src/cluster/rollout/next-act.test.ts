import { heldAnnotation } from '@sealift/kubernetes/hold';
import { describe, expect, it } from 'vitest';
import { type MachineSketch, sketchState, type StateSketch } from '../testing/sample-state.ts';
import { hookAnnotation } from './hooks.ts';
import { earlyEnd, nextAct } from './next-act.ts';

const going = '2026-11-28T12:00:00Z';
const annotations = { [hookAnnotation]: 'sealift' };
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
    const act = nextAct(stateOf({ machines }, true), 'control-plane');
    expect(act?.unhook.map(({ name }) => name)).toEqual(['a']);
    expect(act?.putBack).toEqual([]);
    expect(nextAct(stateOf({ machines: machines.slice(0, 3) }), 'control-plane')).toBeNull();
  });

  it('is nothing while no machine waits for us', () => {
    const machines: MachineSketch[] = [{ name: 'a', annotations }, { name: 'b' }, { name: 'c' }, ...done(['d'])];
    expect(nextAct(stateOf({ machines }, true), 'control-plane')).toBeNull();
  });

  it('is to let go of machines that stayed, then to put back what was held', () => {
    const kept = [...done(['d'], { annotations }), ...done(['e', 'f'])];
    const first = nextAct(stateOf({ machines: [...kept, ...workers] }, true), 'control-plane');
    expect(first?.unhook.map(({ name }) => name)).toEqual(['d']);
    const second = nextAct(stateOf({ machines: [...controlPlane, ...workers] }, true), 'control-plane');
    expect(second?.putBack.map(({ metadata }) => metadata.name)).toEqual(['check']);
    expect(nextAct(stateOf({ machines: [...controlPlane, ...workers] }), 'control-plane')).toBeNull();
  });

  it('is not to put back while the other group of nodes rolls', () => {
    const rolling = [...workers.slice(1), { name: 'old', set: 'old' }];
    expect(nextAct(stateOf({ machines: [...controlPlane, ...rolling] }, true), 'control-plane')).toBeNull();
    const leaving = [...workers.slice(1), { name: 'x', isNew: true, set: 'new', deleting: going }];
    expect(nextAct(stateOf({ machines: [...controlPlane, ...leaving] }, true), 'control-plane')).toBeNull();
    expect(
      nextAct(stateOf({ machines: [...controlPlane.slice(1), { name: 'a' }, ...workers] }, true), 'workers'),
    ).toBeNull();
  });

  it('is not to put back before the group itself is settled', () => {
    const unready = done(['f'], { said: [['NodeReady', 'False']] });
    expect(
      nextAct(stateOf({ machines: [...controlPlane.slice(0, 2), ...unready, ...workers] }, true), 'control-plane'),
    ).toBeNull();
  });
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
    unhook: end.unhook.map(({ name }) => name),
    kept: end.kept.map(({ name }) => name),
    putBack: end.putBack.length,
  });

  it('lets all of its own go, whether it is being taken away or not', () => {
    expect(names(earlyEnd(stateOf({ machines }, true), 'control-plane'))).toEqual({
      unhook: ['a', 'b'],
      kept: [],
      putBack: 1,
    });
    expect(names(earlyEnd(stateOf({ machines }), 'workers'))).toEqual({ unhook: [], kept: [], putBack: 0 });
  });

  it('keeps machines that would go for others that are not as wanted', () => {
    const other = machines.map((one) => (one.name === 'd' ? { ...one, kubelet: 'v1.36.3' } : one));
    expect(names(earlyEnd(stateOf({ machines: other }, true), 'control-plane'))).toEqual({
      unhook: [],
      kept: ['a', 'b'],
      putBack: 1,
    });
    const strange = machines.map((one) => (one.name === 'd' ? { ...one, version: 'v1.37.1' } : one));
    expect(names(earlyEnd(stateOf({ machines: strange }), 'control-plane'))).toMatchObject({
      unhook: [],
      kept: ['a', 'b'],
    });
  });
});
