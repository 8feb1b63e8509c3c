import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VcenterClient } from '../client/client.ts';
import { connectTo } from '../testing/connect.ts';
import { datastoreNamed, datastoresOf, findCloneSource } from './clone-places.ts';

const simulator = peer('vcenter-simulator');
const never = new AbortController().signal;
const name = 'DC0_C0_RP0_VM0';
const where = (template: string, datacenter?: string) => ({ template, datacenter });

describe.skipIf(simulator.missing)(`where machines are cloned (${simulator.remedy})`, () => {
  let vcenter: VCenter;
  let client: VcenterClient;
  beforeAll(async () => {
    vcenter = await startVCenter(simulator, { datacenters: 2, datastores: 2, machines: 1 });
    client = await connectTo(vcenter);
  });
  afterAll(async () => {
    await client?.close();
    await vcenter?.stop();
  });

  it('is told of a machine by its name or path: its disks, its memory, what it takes', async () => {
    const found = await findCloneSource(client, where(name, 'DC0'), never);
    expect(found).toMatchObject({ path: `/DC0/vm/${name}`, hasSnapshot: false, memoryMiB: 32 });
    expect(found?.disksBytes).toEqual([10 * 2 ** 30]);
    expect(found?.usedBytes).toBeGreaterThan(0);
    // Its path leads through one of the two datacenters.
    expect(await findCloneSource(client, where(`/DC0/vm/${name}`), never)).toEqual(found);
    expect(await findCloneSource(client, where('nowhere', 'DC0'), never)).toBeUndefined();
  });

  it('is one of the datastores of its datacenter, by name or as the only one', async () => {
    const all = await datastoresOf(client, where(name, 'DC0'), never);
    expect(all.map((one) => one.name).toSorted()).toEqual(['LocalDS_0', 'LocalDS_1']);
    for (const one of all) expect(one).toMatchObject({ usable: true, freeBytes: expect.any(Number) });
    expect(datastoreNamed(all, '/DC0/datastore/LocalDS_1')?.name).toBe('LocalDS_1');
    expect(datastoreNamed(all, undefined)).toBeUndefined();
    expect(datastoreNamed(all.slice(0, 1), undefined)?.name).toBe(all[0]?.name);
    expect(datastoreNamed(all, 'nowhere')).toBeUndefined();
  });

  it('cannot be chosen where there are several datacenters and none is named', async () => {
    await expect(datastoresOf(client, where(name), never)).rejects.toMatchObject({ code: 'VSPHERE_CHOICE_NEEDED' });
  });
});
