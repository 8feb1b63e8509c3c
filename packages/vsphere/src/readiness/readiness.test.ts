import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VcenterClient } from '../client/client.ts';
import { connectTo } from '../testing/connect.ts';
import { readReadiness } from './readiness.ts';

const simulator = peer('vcenter-simulator');

describe.skipIf(simulator.missing)(`what an upgrade depends on in vCenter (${simulator.remedy})`, () => {
  let vcenter: VCenter;
  let client: VcenterClient;
  beforeAll(async () => {
    vcenter = await startVCenter(simulator, { folder: 'spectro-templates' });
    client = await connectTo(vcenter);
  });
  afterAll(async () => {
    await client?.close();
    await vcenter?.stop();
  });

  it('is read in one go', async () => {
    const found = await readReadiness(client, {});
    expect(found).toMatchObject({
      about: expect.stringContaining('vCenter'),
      folder: { path: '/DC0/vm/spectro-templates', present: true },
      datastore: { name: 'LocalDS_0' },
      lacking: [],
    });
    expect(Math.abs(found.clockAheadMs)).toBeLessThan(60_000);
    expect(found.datastore.freeBytes).toBeGreaterThan(0);
  });

  it('names what the account lacks, and where', async () => {
    await vcenter.denyPrivileges(['VApp.Import', 'Datastore.AllocateSpace']);
    const { lacking } = await readReadiness(client, { folder: 'elsewhere' });
    expect(lacking).toEqual([
      { on: 'folder /DC0/vm/elsewhere', privileges: ['VApp.Import'] },
      { on: 'datastore LocalDS_0', privileges: ['Datastore.AllocateSpace'] },
    ]);
  });
});
