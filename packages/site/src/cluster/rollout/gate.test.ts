import { waitingFor } from '@sealift/core/upgrade';
import { describe, expect, it } from 'vitest';
import { type MachineSketch, newVersion, type Said, sketchState, type StateSketch } from '../testing/sample-state.ts';
import type { EtcdLook } from './etcd-watch.ts';
import { heldBack as judged, isRolling, isSettled, unplanned } from './gate.ts';
import { type OwnerView, viewsOf } from './view.ts';

const going = '2026-11-28T12:00:00Z';
const old: readonly MachineSketch[] = [{ name: 'a', deleting: going }, { name: 'b' }, { name: 'c' }];
const fresh: MachineSketch = { name: 'd', isNew: true };

const heldBack = (view: OwnerView, etcd: EtcdLook = { pods: [] }) => judged(view, etcd);

function controlPlane(sketch: StateSketch) {
  const [view] = viewsOf(sketchState(sketch), 'control-plane');
  if (view === undefined) throw new Error('no control plane');
  return view;
}

function workers(sketch: StateSketch) {
  const machines = sketch.machines.map((one) => ({ set: one.isNew === true ? 'new' : 'old', ...one }));
  const sets = sketch.sets ?? [{ name: 'old', template: 'old', version: 'v1.36.3' }, { name: 'new' }];
  const [view] = viewsOf(sketchState({ ...sketch, machines, sets }), 'workers');
  if (view === undefined) throw new Error('no workers');
  return view;
}

/** What a machine says, with one condition otherwise. */
function saying(type: string, status: string, message = ''): readonly Said[] {
  const types = ['BootstrapConfigReady', 'InfrastructureReady', 'NodeReady', 'EtcdMemberHealthy'].filter(
    (one) => one !== type,
  );
  return [...types.map((one): Said => [one, 'True']), [type, status, type, message]];
}

it('a rollout for another setup alone is done when none of the machines that were there is left', () => {
  const machines = ['b', 'c', 'd'].map((name): MachineSketch => ({ name, isNew: true }));
  const settled = (...before: string[]) =>
    isSettled(controlPlane({ machines, owner: { planned: { anew: true, machines: before } } }));
  // Each has the version and the template that are asked for.
  expect(settled('a', 'b', 'c')).toBe(false);
  expect(settled('a')).toBe(true);
  expect(isSettled(controlPlane({ machines, owner: { planned: { machines: ['b'] } } }))).toBe(true);
});

describe('an old machine of a control plane goes', () => {
  it('when its successor is a ready node of the wanted version, with an etcd member that is known to be well', () => {
    expect(heldBack(controlPlane({ machines: [...old, fresh] }))).toBeUndefined();
  });

  it('but not while the pod of a member that stays is not well, which Cluster API may not have seen yet', () => {
    const view = controlPlane({ machines: [...old, fresh] });
    const nodeOf = (name: string) => view.machines.find(({ machine }) => machine.name === name)?.machine.node ?? '';
    const podOn = (name: string, trouble: string | null): EtcdLook => ({
      pods: [
        {
          name: `etcd-${name}`,
          node: nodeOf(name),
          image: 'etcd:3.6.8-0',
          trouble: trouble === null ? null : waitingFor(trouble),
          apiServer: null,
        },
      ],
    });
    expect(heldBack(view, podOn('b', null))).toBeUndefined();
    expect(heldBack(view, podOn('b', 'it restarts again and again'))).toContain('it restarts again and again');
    // The one that goes anyway.
    expect(heldBack(view, podOn('a', 'it restarts again and again'))).toBeUndefined();
    expect(heldBack(view, { unread: 'no answer within 2 s' })).toBeUndefined();
  });

  it.each([
    ['there is no successor', undefined],
    ['its successor has no node', { ...fresh, kubelet: null }],
    ['the node of its successor is not ready', { ...fresh, said: saying('NodeReady', 'False') }],
    ['nothing is known of the node of its successor', { ...fresh, said: saying('NodeReady', 'Unknown') }],
    ['its successor says nothing of its node', { ...fresh, said: [['EtcdMemberHealthy', 'True']] as const }],
    ['its successor came back with the old version', { ...fresh, kubelet: 'v1.36.3' }],
    ['its successor is taken away itself', { ...fresh, deleting: going }],
    [
      'the etcd member of its successor is a learner',
      { ...fresh, said: saying('EtcdMemberHealthy', 'False', 'Waiting for learner') },
    ],
    [
      'nothing is known of the etcd member of its successor',
      { ...fresh, said: saying('EtcdMemberHealthy', 'Unknown') },
    ],
    ['its successor says nothing of an etcd member', { ...fresh, said: [['NodeReady', 'True']] as const }],
  ])('but not while %s', (_, successor) => {
    const machines = successor === undefined ? old : [...old, successor];
    expect(heldBack(controlPlane({ machines }))).toBeTypeOf('string');
  });

  it('but not while another machine that stays is not well', () => {
    const [first, second, third] = old;
    const sick = { name: 'b', said: saying('EtcdMemberHealthy', 'False', 'Etcd reports alarms: NOSPACE') };
    expect(heldBack(controlPlane({ machines: [first ?? sick, sick, third ?? sick, fresh] }))).toContain('NOSPACE');
    const away = { name: 'b', said: saying('NodeReady', 'Unknown') };
    expect(heldBack(controlPlane({ machines: [first ?? away, away, third ?? away, fresh] }))).toContain('not yet b');
    expect(second?.name).toBe('b');
  });

  it('although etcd as a whole is not called healthy for the machine that goes', () => {
    const message = '* Machine a:\n  * EtcdMemberHealthy: Machine is deleting';
    const owner = { said: [['EtcdClusterHealthy', 'False', 'NotHealthy', message]] as const };
    expect(heldBack(controlPlane({ machines: [...old, fresh], owner }))).toBeUndefined();
  });

  it('but not while etcd has a member without a machine', () => {
    const message =
      '* Machine a:\n  * EtcdMemberHealthy: Machine is deleting\n* Etcd member x does not have a corresponding Machine';
    const owner = { said: [['EtcdClusterHealthy', 'False', 'NotHealthy', message]] as const };
    expect(heldBack(controlPlane({ machines: [...old, fresh], owner }))).toBe(
      'Etcd member x does not have a corresponding Machine',
    );
  });

  it('without any word of etcd where it does not run on the machines', () => {
    const said: readonly Said[] = [['NodeReady', 'True']];
    const machines = [...old, fresh].map((one) => ({ ...one, said }));
    expect(heldBack(controlPlane({ machines }))).toBeUndefined();
  });
});

describe('an old worker goes', () => {
  it('when as many as have to stay are ready without it', () => {
    expect(heldBack(workers({ machines: [...old, fresh] }))).toBeUndefined();
    expect(heldBack(workers({ machines: old }))).toContain('2 of 3');
  });

  it('first, where one may be missing', () => {
    const spec = { rollout: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } } };
    expect(heldBack(workers({ machines: old, owner: { spec } }))).toBeUndefined();
    const two = old.map((one) => (one.name === 'b' ? { ...one, deleting: going } : one));
    expect(heldBack(workers({ machines: two, owner: { spec } }))).toContain('1 of 2');
  });
});

describe('not as planned is', () => {
  const strange = (sketch: StateSketch) => unplanned(workers(sketch)).join('\n');

  it('nothing where one new machine comes for each old one', () => {
    expect(strange({ machines: [...old, fresh] })).toBe('');
    expect(unplanned(controlPlane({ machines: [...old, fresh] }))).toEqual([]);
  });

  it('a new machine of another version or template', () => {
    expect(strange({ machines: [...old, { ...fresh, version: 'v1.37.1' }] })).toContain('Machine d of v1.37.1');
    expect(strange({ machines: [...old, { ...fresh, clonedFrom: 'third' }] })).toContain('Machine d');
  });

  it('one new machine more than planned', () => {
    const four = ['d', 'e', 'f', 'g'].map((name) => ({ name, isNew: true }));
    expect(strange({ machines: [...old, ...four] })).toContain('4 new Machines came, and 3 are planned');
    expect(strange({ machines: [...old, ...four.slice(1)] })).toBe('');
  });

  it('a set that is not of the rollout, or a second one', () => {
    const before = { name: 'old', template: 'old', version: 'v1.36.3' };
    expect(strange({ machines: [], sets: [before, { name: 'x', template: 'third' }] })).toContain('MachineSet x');
    expect(strange({ machines: [], sets: [before, { name: 'x', version: 'v1.37.1' }] })).toContain('MachineSet x');
    expect(strange({ machines: [], sets: [before, { name: 'x' }, { name: 'y' }] })).toContain('2 new MachineSets');
    expect(strange({ machines: [], sets: [before, { name: 'x' }] })).toBe('');
  });

  it('a machine of the same role that came since and belongs to nobody', () => {
    const stray = { name: 's', set: 'by-hand', createdAt: '2026-11-28T10:45:00Z' };
    expect(strange({ machines: [...old, stray] })).toContain('Machine s came and belongs to nobody');
    expect(strange({ machines: [...old, { ...stray, createdAt: '2026-11-28T10:15:00Z' }] })).toBe('');
    expect(unplanned(controlPlane({ machines: [...old, stray] }))).toEqual([]);
  });

  it('a number of machines that was changed meanwhile', () => {
    expect(strange({ machines: old, replicas: 5 })).toContain('scaled from 3 to 5');
  });

  it('nothing where Sealift asked for nothing', () => {
    expect(strange({ machines: [...old, fresh], replicas: 5, owner: { planned: false } })).toBe('');
  });

  it('nothing by a plan that is no longer what is asked for, or that nobody can read', () => {
    const four = ['d', 'e', 'f', 'g'].map((name) => ({ name, isNew: true }));
    const planned = (plan: string) => ({ planned: false, annotations: { 'sealift.dev/rollout': plan } }) as const;
    const plan = { format: 1, version: newVersion, template: 'new', replicas: 3, machines: [], sets: ['old'] };
    const strangeBy = (text: string) => strange({ machines: four, owner: planned(text) });
    expect(strangeBy(JSON.stringify(plan))).toContain('4 new Machines');
    for (const other of [{ version: 'v1.37.1' }, { template: 'third' }, { format: 2 }]) {
      expect(strangeBy(JSON.stringify({ ...plan, ...other }))).toBe('');
    }
    expect(strangeBy('{')).toBe('');
  });

  it('and nothing goes then', () => {
    expect(heldBack(workers({ machines: [...old, fresh], replicas: 2 }))).toContain('scaled');
  });
});

describe('a control plane is settled', () => {
  const done = ['d', 'e', 'f'].map((name): MachineSketch => ({ name, isNew: true }));
  const settled = (sketch: Partial<StateSketch>) => isSettled(controlPlane({ machines: done, ...sketch }));

  it('when each machine is ready and as wanted', () => {
    expect(settled({})).toBe(true);
    expect(isRolling(controlPlane({ machines: done }))).toBe(false);
  });

  it.each([
    ['its controller has not seen the change', { owner: { observed: false } }],
    ['a machine is missing', { machines: done.slice(1) }],
    ['an old machine is left', { machines: [...done, { name: 'a' }] }],
    ['an old machine is still there in the place of a new one', { machines: [...done.slice(1), { name: 'a' }] }],
    ['a machine is taken away', { machines: done.map((one) => ({ ...one, deleting: going })) }],
    ['a node is not ready', { machines: [...done.slice(1), { ...fresh, said: saying('NodeReady', 'False') }] }],
    ['a node is of another version', { machines: [...done.slice(1), { ...fresh, kubelet: 'v1.37.1' }] }],
    ['it says that it rolls', { owner: { said: [['RollingOut', 'True']] as const } }],
    ['it says that machines are not up to date', { owner: { said: [['MachinesUpToDate', 'False']] as const } }],
    ['etcd is not healthy', { owner: { said: [['EtcdClusterHealthy', 'False']] as const } }],
    ['nothing is known of etcd', { owner: { said: [['EtcdClusterHealthy', 'Unknown']] as const } }],
    ['its components are not healthy', { owner: { said: [['ControlPlaneComponentsHealthy', 'False']] as const } }],
  ])('but not while %s', (_, sketch) => {
    expect(settled(sketch)).toBe(false);
  });

  it('although kubelets leave out what the version says behind a plus', () => {
    const machines = done.map((one) => ({ ...one, version: `${newVersion}+vendor.1`, kubelet: newVersion }));
    expect(settled({ machines })).toBe(true);
  });
});
