import { describe, expect, it } from 'vitest';
import { sketchState } from '../cluster/testing/sample-state.ts';
import { compareMachines } from './let-go.ts';

const folder = '/DC0/vm/enterprise';

/** Three machines of two owners with their VMs, and what of that is changed. */
function compared(change: {
  readonly machine?: object;
  readonly vms?: readonly string[] | undefined;
  readonly replicas?: number;
  readonly inSets?: number;
}) {
  const state = sketchState({ machines: [{ name: 'a' }, { name: 'b' }] });
  const machines = state.machines.map((machine) => ({
    ...machine,
    owner: { kind: 'MachineSet', name: 'set' },
    deletingSince: null,
    providerId: `vsphere://UUID-${machine.name}`,
    ...(machine.name === 'b' ? change.machine : {}),
  }));
  const vms = 'vms' in change ? change.vms : ['uuid-a', 'uuid-b'];
  return compareMachines(machines, {
    owners: [{ kind: 'MachineSet', name: 'set', replicas: change.replicas ?? 2 }],
    wanted: [{ name: 'md', replicas: 2, inSets: change.inSets ?? 2 }],
    folderOf: () => folder,
    folders: new Map([[folder, vms?.map((uuid) => ({ name: uuid, uuid }))]]),
  });
}

describe('what Cluster API would do with virtual machines', () => {
  it('is nothing where each Machine has its own, and each owner as many as it asks for', () => {
    expect(compared({})).toEqual({ creates: [], deletes: [], unknown: [] });
  });

  it.each([
    [
      'a Machine whose virtual machine is gone',
      { vms: ['uuid-a'] },
      { creates: ['Machine b: its virtual machine is not in /DC0/vm/enterprise'] },
    ],
    [
      'a Machine that has none yet',
      { machine: { providerId: undefined } },
      { creates: ['Machine b has no virtual machine yet'] },
    ],
    [
      'a Machine that is being deleted',
      { machine: { deletingSince: '2026-11-29T10:00:00Z' } },
      { deletes: ['Machine b is being deleted'] },
    ],
    ['an owner that asks for more', { replicas: 3 }, { creates: ['MachineSet set asks for 3 machines and has 2'] }],
    ['an owner that asks for fewer', { replicas: 1 }, { deletes: ['MachineSet set asks for 1 machines and has 2'] }],
    [
      'a deployment whose sets ask for fewer',
      { inSets: 1 },
      { creates: ['MachineDeployment md asks for 2 machines and has 1'] },
    ],
    [
      'a deployment whose sets ask for more',
      { inSets: 3 },
      { deletes: ['MachineDeployment md asks for 2 machines and has 3'] },
    ],
  ])('is told of %s', (_, change, expected) => {
    expect(compared(change)).toEqual({ creates: [], deletes: [], unknown: [], ...expected });
  });

  it('is unknown, not nothing, where a folder cannot be looked into', () => {
    expect(compared({ vms: undefined }).unknown).toHaveLength(2);
  });
});
