import { execFileSync } from 'node:child_process';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VcenterClient } from '../client/client.ts';
import { findByPath, pathOf } from '../property/inventory.ts';
import { managedObject } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';
import { only } from '../client/result.ts';
import { connectTo } from '../testing/connect.ts';
import { findComputePlace, findDatacenter, findTemplatePool } from './places.ts';
import { createTemplateFolder, findTemplateFolder } from './template-folder.ts';

const simulator = peer('vcenter-simulator');
const govc = peer('govc');

describe.skipIf(simulator.missing || govc.missing)(`places of one name (${simulator.remedy})`, () => {
  let vcenter: VCenter;
  let client: VcenterClient;
  const run = (...args: string[]): string =>
    execFileSync(govc.path, args, { env: { ...process.env, ...vcenter.environment }, encoding: 'utf8' });

  beforeAll(async () => {
    vcenter = await startVCenter(simulator, { datastores: 3, pools: 1, pods: 1 });
    client = await connectTo(vcenter);
    run('folder.create', '/other');
    run('datacenter.create', '-folder', '/other', 'DC0');
    run('folder.create', '/DC0/host/other');
    const other = await findByPath(client, '/DC0/host/other');
    if (other === undefined) throw new Error('no folder');
    const args = [element('name', 'DC0_C0'), element('spec', [], 'ClusterConfigSpecEx')];
    await client.call({ method: 'CreateClusterEx', on: other, args, result: only(managedObject) });
    for (const name of ['LocalDS_0', 'LocalDS_1'])
      run('object.mv', `/DC0/datastore/${name}`, '/DC0/datastore/DC0_POD0');
  }, 60_000);
  afterAll(async () => {
    await client?.close();
    await vcenter?.stop();
  });

  it('are told apart by path and by managed object id: datacenters', async () => {
    await expect(findDatacenter(client, 'DC0')).rejects.toMatchObject({
      code: 'VSPHERE_CHOICE_NEEDED',
      message: expect.stringMatching(/\/DC0 \(datacenter-\d+\), \/other\/DC0 \(datacenter-\d+\)/) as string,
    });
    const one = await findDatacenter(client, '/DC0');
    const other = await findDatacenter(client, 'other/DC0');
    expect(await pathOf(client, one.vmFolder)).toBe('/DC0/vm');
    expect(await pathOf(client, other.vmFolder)).toBe('/other/DC0/vm');
    expect(await findDatacenter(client, other.ref.value)).toEqual(other);
    expect(await findDatacenter(client, undefined, undefined, '/other/DC0/vm/templates')).toEqual(other);
    await expect(findDatacenter(client, undefined, undefined, 'templates')).rejects.toMatchObject({
      code: 'VSPHERE_CHOICE_NEEDED',
    });
  });

  it('are told apart by path and by managed object id: clusters and resource pools', async () => {
    const datacenter = await findDatacenter(client, '/DC0');
    const pool = (names: object) => findTemplatePool(client, datacenter, names, datacenter.vmFolder);
    await expect(pool({ cluster: 'DC0_C0' })).rejects.toMatchObject({
      code: 'VSPHERE_CHOICE_NEEDED',
      message: expect.stringContaining('/DC0/host/other/DC0_C0 (domain-c') as string,
    });
    const [one, other] = [await pool({ cluster: 'host/DC0_C0' }), await pool({ cluster: '/DC0/host/other/DC0_C0' })];
    expect(one).not.toEqual(other);
    await expect(pool({ resourcePool: 'Resources' })).rejects.toMatchObject({
      code: 'VSPHERE_CHOICE_NEEDED',
      message: expect.stringContaining('/DC0/host/other/DC0_C0/Resources (resgroup-') as string,
    });
    expect(await pool({ resourcePool: '/DC0/host/other/DC0_C0/Resources' })).toEqual(other);
    expect(await pool({ resourcePool: other.value })).toEqual(other);
    expect(await pool({ resourcePool: 'Resources', cluster: 'host/DC0_C0' })).toEqual(one);
    const { cluster } = await findComputePlace(client, datacenter, { cluster: 'host/DC0_C0', datastore: 'LocalDS_2' });
    expect(await pool({ cluster: cluster.ref.value })).toEqual(one);
  });

  it('are datastore clusters too, of which the datastore with the most room is taken', async () => {
    const datacenter = await findDatacenter(client, '/DC0');
    const cluster = 'host/DC0_C0';
    const { datastore } = await findComputePlace(client, datacenter, { cluster, datastore: 'DC0_POD0' });
    expect(['LocalDS_0', 'LocalDS_1']).toContain(datastore.name);
    expect(datastore).toMatchObject({ path: `/DC0/datastore/DC0_POD0/${datastore.name}` });
    await expect(findComputePlace(client, datacenter, { cluster })).rejects.toMatchObject({
      message: expect.stringMatching(/LocalDS_0 \(\d+ GiB free, in the datastore cluster DC0_POD0\)/) as string,
    });
  });

  it.each([
    ['a/b', '/DC0/vm/a/b'],
    ['/DC0/vm/a/b', '/DC0/vm/a/b'],
    ['one%2fname', '/DC0/vm/one%2fname'],
    ['50% of it', '/DC0/vm/50%25 of it'],
    ['50%25 of it', '/DC0/vm/50%25 of it'],
    ['/DC0/vm/one%2Fname/below', '/DC0/vm/one%2fname/below'],
  ])('are folders: %s is made once, and is what govc takes it for', async (folder, path) => {
    const datacenter = await findDatacenter(client, '/DC0');
    const made = await createTemplateFolder(client, datacenter, folder);
    expect(await findTemplateFolder(client, datacenter, folder)).toEqual({ datacenter, path, ref: made });
    expect(await createTemplateFolder(client, datacenter, folder)).toEqual(made);
    expect(await findTemplateFolder(client, datacenter, made.value)).toEqual({ datacenter, path, ref: made });
    expect(run('find', '-i', path, '-maxdepth', '0').trim()).toBe(`Folder:${made.value}`);
  });

  it('are not searched for outside of the VM folders of the datacenter, nor made there', async () => {
    const datacenter = await findDatacenter(client, '/DC0');
    const hosts = await findByPath(client, '/DC0/host/other');
    for (const folder of ['/DC0/host/other', '/other/DC0/vm/x', '/x', hosts?.value ?? '']) {
      await expect(createTemplateFolder(client, datacenter, folder)).rejects.toMatchObject({
        code: 'VSPHERE_PLACE_UNKNOWN',
        message: expect.stringContaining('VM folders below /DC0/vm') as string,
      });
    }
    const missing = await findTemplateFolder(client, datacenter, '/DC0/vm/not there');
    expect(missing).toEqual({ datacenter, path: '/DC0/vm/not there', ref: undefined });
  });
});
