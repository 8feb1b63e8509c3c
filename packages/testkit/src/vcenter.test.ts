import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peer } from './peers.ts';
import { startVCenter, type VCenter } from './vcenter.ts';

const simulator = peer('vcenter-simulator');
const govc = peer('govc');

describe.skipIf(simulator.missing || govc.missing)(`the vCenter simulator (${simulator.remedy})`, () => {
  let vcenter: VCenter;
  beforeAll(async () => {
    vcenter = await startVCenter(simulator, { folder: 'spectro-templates' });
  });
  afterAll(() => vcenter?.stop());

  const run = async (...parts: string[]): Promise<string> => {
    const env = { ...process.env, ...vcenter.environment };
    return (await promisify(execFile)(govc.path, parts, { env })).stdout;
  };

  it('serves an inventory to whoever checks its certificate and logs in', async () => {
    expect(await run('find', '/DC0/vm')).toBe('/DC0/vm\n/DC0/vm/spectro-templates\n');
  });

  it('fails the calls that a rule names, and only those', async () => {
    await vcenter.fault({ method: 'CreateFolder', skip: 1, fault: { type: 'NoPermission' }, message: 'not you' });
    await vcenter.fault({ method: 'Destroy_Task', taskFault: { type: 'NoDiskSpace' } });
    await run('folder.create', '/DC0/vm/first');
    await expect(run('folder.create', '/DC0/vm/second')).rejects.toThrow('not you');
    await expect(run('object.destroy', '/DC0/vm/first')).rejects.toThrow('NoDiskSpace');
    await run('object.destroy', '/DC0/vm/first');
    expect((await vcenter.calls()).filter(({ method }) => method === 'Destroy_Task')).toHaveLength(2);
  });

  it('refuses what a vCenter refuses: a snapshot of a template, names alike but for their case, names that are too long', async () => {
    const create = (name: string) => run('vm.create', '-on=false', '-net', 'VM Network', name);
    await create('one');
    await create('other');
    await run('vm.markastemplate', 'one');
    await expect(run('snapshot.create', '-vm', 'one', 's')).rejects.toThrow('not supported');
    await run('vm.markasvm', '-pool', '/DC0/host/DC0_C0/Resources', 'one');
    await run('snapshot.create', '-vm', 'one', 's');
    await expect(run('object.rename', '/DC0/vm/other', 'ONE')).rejects.toThrow('DuplicateName');
    await expect(run('object.rename', '/DC0/vm/other', 'x'.repeat(81))).rejects.toThrow('InvalidName');
    await expect(run('folder.create', '/DC0/vm/OTHER')).rejects.toThrow('DuplicateName');
    await run('object.rename', '/DC0/vm/other', 'Other');
  });

  it('keeps the volumes that clusters made', async () => {
    const id = await vcenter.createVolume({ name: 'pvc-1', clusterId: 'a/b' });
    expect(await run('volume.ls', '-n', 'pvc-1')).toContain(id);
  });
});
