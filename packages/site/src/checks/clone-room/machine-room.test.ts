import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineRoom } from './machine-room.ts';
import { type RolledGroup, roomNeeded } from './room-needed.ts';

const gib = 2 ** 30;
const spec = {
  template: 'r_new',
  datacenter: undefined,
  datastore: 'ds',
  storagePolicy: undefined,
  cloneMode: undefined,
  diskGiB: 40,
  furtherDisksGiB: [],
  newDisksGiB: [],
  memoryMiB: 4096,
} as const;
const source = {
  path: '/DC0/vm/r_new',
  disksBytes: [20 * gib, 10 * gib],
  usedBytes: 6 * gib,
  memoryMiB: 2048,
  hasSnapshot: true,
};

describe('the room of a clone', () => {
  it('is what the template holds at first, and then up to its disks as asked for and its memory', () => {
    expect(machineRoom(spec, source, 'full')).toEqual({ leastBytes: 6 * gib, mostBytes: (40 + 10 + 4) * gib });
  });

  it('of a linked clone is nothing at first, and up to the disks of the template, whatever is asked for', () => {
    expect(machineRoom(spec, source, 'linked')).toEqual({ leastBytes: 0, mostBytes: (20 + 10 + 4) * gib });
  });

  it('counts further disks each by itself, disks that are added, and the memory of the template where none is asked for', () => {
    const more = { ...spec, furtherDisksGiB: [30, 5], newDisksGiB: [7], memoryMiB: undefined };
    expect(machineRoom(more, source, 'full').mostBytes).toBe((40 + 30 + 5 + 7 + 2) * gib);
  });

  it('is never less than what the template takes, and where that is gone what is asked for', () => {
    expect(machineRoom({ ...spec, diskGiB: 1 }, { ...source, usedBytes: 90 * gib }, 'full').mostBytes).toBe(90 * gib);
    expect(machineRoom(spec, undefined, 'full')).toEqual({ leastBytes: 0, mostBytes: 44 * gib });
  });
});

describe('the room of a rollout', () => {
  const group = (over: Partial<RolledGroup>): RolledGroup => ({
    phase: 'workers',
    owner: 'MachineDeployment md',
    datastore: 'ds-1',
    room: { leastBytes: 2, mostBytes: 10 },
    least: 1,
    most: 3,
    ...over,
  });

  it('is that of the larger phase, and of all pools together', () => {
    const groups = [
      group({ phase: 'control-plane', most: 1 }),
      group({}),
      group({ owner: 'MachineDeployment md2', least: 2 }),
    ];
    expect(roomNeeded(groups)).toMatchObject([{ datastore: 'ds-1', leastBytes: 6, mostBytes: 60 }]);
  });

  it('is counted for each datastore by itself', () => {
    expect(roomNeeded([group({}), group({ datastore: 'ds-2' })])).toMatchObject([
      { datastore: 'ds-1', leastBytes: 2, mostBytes: 30 },
      { datastore: 'ds-2', leastBytes: 2, mostBytes: 30 },
    ]);
  });

  it('never falls where there is one group more, and never asks for less at most than at least', () => {
    const phase = fc.constantFrom<RolledGroup['phase']>('control-plane', 'workers');
    const groups = fc.array(
      fc.record({
        phase,
        datastore: fc.constantFrom('a', 'b'),
        least: fc.nat(3),
        more: fc.nat(5),
        size: fc.nat(100),
        grown: fc.nat(100),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(groups, (given) => {
        const all = given.map(({ size, grown, more, ...one }) =>
          group({ ...one, most: one.least + more, room: { leastBytes: size, mostBytes: size + grown } }),
        );
        const before = roomNeeded(all.slice(1));
        for (const { datastore, leastBytes, mostBytes } of roomNeeded(all)) {
          expect(mostBytes).toBeGreaterThanOrEqual(leastBytes);
          const less = before.find((one) => one.datastore === datastore);
          expect(leastBytes).toBeGreaterThanOrEqual(less?.leastBytes ?? 0);
          expect(mostBytes).toBeGreaterThanOrEqual(less?.mostBytes ?? 0);
        }
      }),
    );
  });
});
