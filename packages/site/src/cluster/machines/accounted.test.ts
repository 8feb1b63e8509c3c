import { describe, expect, it } from 'vitest';
import { sketchState } from '../testing/sample-state.ts';
import { compare } from './accounted.ts';

const folder = '/DC0/vm/enterprise';
const claim = (name: string) => ({ name, isBound: true, pool: 'p', createdAt: null, message: '' });

/** Machines `a` and `b`, whose VMs have those UUIDs; `c` has none yet. */
function state() {
  const sketch = sketchState({ machines: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
  return {
    machines: sketch.machines.map((machine) =>
      machine.name === 'c' ? machine : { ...machine, providerId: `vsphere://UUID-${machine.name}` },
    ),
    infrastructure: new Map([...sketch.infrastructure].map(([key, one]) => [key, { ...one, folder }])),
  };
}
const vm = (name: string) => ({ name, uuid: `uuid-${name}` });

describe('machines and what is in vCenter', () => {
  it('are the same where each has the other', () => {
    const found = compare(state(), [claim('a-0-0'), claim('b-0-0')], new Map([[folder, [vm('a'), vm('b')]]]));
    expect(found).toEqual({ strangers: [], lost: [], claims: [], unseen: [], machines: 2 });
  });

  it('differ by a VM that is no Machine, a Machine without its VM, and a claim that nobody needs', () => {
    const found = compare(state(), [claim('a-0-0'), claim('gone-0-0')], new Map([[folder, [vm('a'), vm('x')]]]));
    expect(found).toEqual({ strangers: [`${folder}/x`], lost: ['b'], claims: ['gone-0-0'], unseen: [], machines: 1 });
  });

  it('are not called lost where nobody could look', () => {
    const found = compare(state(), [], new Map([[folder, undefined]]));
    expect(found).toMatchObject({ lost: [], unseen: [folder], machines: 0 });
  });
});
