import { Secret } from '@sealift/core/secret';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { findByPath } from '@sealift/vsphere/inventory';
import { optional, text } from '@sealift/vsphere/decode';
import { retrieveOne } from '@sealift/vsphere/retrieve';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VcenterSession } from '../../vcenter/session.ts';
import { attachDisk, detachDisk } from '../testing/first-class-disk.ts';
import { sketchState } from '../testing/sample-state.ts';
import { lookAtDisks, type MachinePlace, vcenterDisks } from './machine-disks.ts';

const never = new AbortController().signal;
const simulator = peer('vcenter-simulator');
const vm = '/DC0/vm/DC0_C0_RP0_VM0';
const id = '6000C29e-1111-2222-3333-444455556666';

describe.skipIf(simulator.missing)(`the volumes on a machine's VM (${simulator.remedy})`, () => {
  let vcenter: VCenter;
  let session: VcenterSession;
  let uuid: string;
  beforeAll(async () => {
    vcenter = await startVCenter(simulator, { machines: 1 });
    const { url, username, password, caFile } = vcenter;
    session = new VcenterSession({ url, username, password: new Secret(password), caFile });
    const client = await session.client();
    const ref = await findByPath(client, vm);
    if (ref === undefined) throw new Error('no VM');
    uuid = (await retrieveOne(client, ref, { 'config.uuid': optional(text) }))['config.uuid'] ?? '';
  }, 60_000);
  afterAll(async () => {
    await session?.close();
    await vcenter?.stop();
  });
  const look = (place: Partial<MachinePlace> = {}) =>
    vcenterDisks(session).look({ uuid, folder: '/DC0/vm', ...place }, never);

  it('are none where it has disks of its own alone', async () => {
    expect(await look()).toEqual({ state: 'none' });
  });

  it('are those of its device list that have an identity of their own, whatever Kubernetes says', async () => {
    const client = await session.client();
    await attachDisk(client, vm, id);
    expect(await look()).toEqual({ state: 'attached', vm, disks: [expect.stringContaining(id)] });
    await detachDisk(client, vm, id);
    expect(await look()).toEqual({ state: 'none' });
  });

  it('are not called none of a VM that nobody can see', async () => {
    const other = { uuid: '00000000-0000-0000-0000-000000000001' };
    expect(await look(other)).toEqual({ state: 'none' });
    expect(await look({ ...other, folder: '/DC0/vm/hidden' })).toEqual({ state: 'unseen', vm: other.uuid });
    expect(await look({ ...other, folder: undefined })).toEqual({ state: 'unseen', vm: other.uuid });
  });

  it('are asked for by the id that the provider gave; a Machine without a VM has none', async () => {
    const state = sketchState({ machines: [{ name: 'a' }, { name: 'b' }] });
    const asked: MachinePlace[] = [];
    const disks = {
      look: async (place: MachinePlace) => {
        asked.push(place);
        return { state: 'attached', vm, disks: [id] } as const;
      },
    };
    const machines = state.machines.map((one) =>
      one.name === 'a' ? { ...one, providerId: 'vsphere://4211-AB' } : one,
    );
    expect(await lookAtDisks(disks, state, machines, never)).toEqual(
      new Map<string, unknown>([
        ['a', { state: 'attached', vm, disks: [id] }],
        ['b', { state: 'none' }],
      ]),
    );
    expect(asked).toEqual([{ uuid: '4211-ab', folder: undefined }]);
  });
});
