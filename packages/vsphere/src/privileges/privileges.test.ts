import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VcenterClient } from '../client/client.ts';
import { connectTo } from '../testing/connect.ts';
import { missingPrivileges } from './missing.ts';
import { requiredPrivilegeIds } from './required.ts';
import { ensureRole } from './role.ts';

const simulator = peer('vcenter-simulator');
const govc = peer('govc');

describe.skipIf(simulator.missing || govc.missing)(`what the account may do (${simulator.remedy})`, () => {
  let vcenter: VCenter;
  let client: VcenterClient;
  beforeAll(async () => {
    vcenter = await startVCenter(simulator);
    client = await connectTo(vcenter);
  });
  afterAll(async () => {
    await client?.close();
    await vcenter?.stop();
  });

  it('is granted by a role that is made once', async () => {
    const made = { name: 'Sealift', change: 'created', added: requiredPrivilegeIds };
    expect(await ensureRole(client, 'Sealift', { dryRun: true })).toEqual(made);
    expect(await ensureRole(client, 'Sealift')).toEqual(made);
    expect(await ensureRole(client, 'Sealift')).toEqual({ name: 'Sealift', change: 'unchanged', added: [] });
  });

  it('is not added to a role that lacks it, unless that is asked for', async () => {
    const others = ['VApp.Import', 'VApp.Export'];
    await promisify(execFile)(govc.path, ['role.create', 'Partial', ...others], {
      env: { ...process.env, ...vcenter.environment },
    });
    await expect(ensureRole(client, 'Partial')).rejects.toMatchObject({
      code: 'VSPHERE_ROLE_LACKS',
      message: expect.stringContaining('Cns.Searchable'),
    });
    const { change, added } = await ensureRole(client, 'Partial', { update: true });
    expect({ change, added }).toEqual({
      change: 'updated',
      added: requiredPrivilegeIds.filter((id) => !others.includes(id)),
    });
    expect(await ensureRole(client, 'Partial')).toMatchObject({ change: 'unchanged' });
  });

  it('is known to lack what the account says it lacks', async () => {
    const demand = { entity: client.content.rootFolder, privileges: requiredPrivilegeIds };
    expect(await missingPrivileges(client, [demand])).toEqual([]);
    await vcenter.denyPrivileges(['VApp.Import', 'Cns.Searchable']);
    const lacking = [{ entity: client.content.rootFolder, privileges: ['Cns.Searchable', 'VApp.Import'] }];
    expect(await missingPrivileges(client, [demand])).toEqual(lacking);
  });
});
