import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VcenterClient } from '../client/client.ts';
import { connectTo } from '../testing/connect.ts';
import { findComputePlace, findDatacenter } from '../import/places.ts';
import { createTemplateFolder, findTemplateFolder } from '../import/template-folder.ts';
import { diagnose } from './diagnose.ts';
import { mendTemplate } from './mend-template.ts';
import { findNodeImages } from './node-image-machine.ts';

const simulator = peer('vcenter-simulator');
const govc = peer('govc');
const images = ['u-2204-0-k-12610-0.ova', 'u-2204-0-k-1289-0.ova', 'u-2204-0-k-1293-0.ova', 'u-2204-0-k-1305-0.ova'];
const wanted = images.map((ova) => ({ ova, kubernetes: '1.26.10', neededBy: ['Harborview 4.2.13'] }));

describe.skipIf(simulator.missing || govc.missing)(`node images in vCenter (${simulator.remedy})`, () => {
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

  const run = async (...parts: string[]): Promise<string> => {
    const env = { ...process.env, ...vcenter.environment };
    return (await promisify(execFile)(govc.path, parts, { env })).stdout;
  };
  const deploy = async (name: string, annotation: string): Promise<void> => {
    await run('vm.create', '-on=false', '-net', 'VM Network', name);
    await run('vm.change', '-vm', name, '-annotation', annotation);
  };
  const look = async () => {
    const datacenter = await findDatacenter(client, undefined);
    const folder = await findTemplateFolder(client, datacenter, undefined);
    return diagnose(wanted, await findNodeImages(client, datacenter, folder), folder.path);
  };

  it('are mended where no person is needed, found by name then, and left alone by a second run', async () => {
    const inside = 'Ubuntu 22.04 and Kubernetes v1.26.10';
    await deploy('u-2204-0-k-12610-0.ova', inside);
    await deploy('r_u-2204-0-k-1289-0', 'Kubernetes v1.28.9');
    await deploy('r_u-2204-0-k-1293-0', inside);
    await run('vm.markastemplate', 'r_u-2204-0-k-1293-0');
    const before = await look();
    expect(before.map(({ problems }) => problems.map(({ kind }) => kind))).toEqual([
      ['wrong-folder', 'prefix-missing', 'extension-kept', 'no-snapshot', 'not-marked'],
      ['wrong-folder', 'other-kubernetes'],
      ['wrong-folder', 'no-snapshot'],
      ['missing'],
    ]);
    const datacenter = await findDatacenter(client, undefined);
    const folder = await createTemplateFolder(client, datacenter, undefined);
    const resourcePool = async () => (await findComputePlace(client, datacenter, {})).resourcePool;
    for (const report of before) await mendTemplate(client, report, { folder, resourcePool });
    expect((await look()).map(({ problems }) => problems.map(({ kind }) => kind))).toEqual([
      [],
      ['wrong-folder', 'other-kubernetes'],
      [],
      ['missing'],
    ]);
    const names = await run('find', '/DC0/vm/spectro-templates', '-type', 'm', '-config.template', 'true');
    expect(names.trim().split('\n').toSorted()).toEqual([
      '/DC0/vm/spectro-templates/r_u-2204-0-k-12610-0',
      '/DC0/vm/spectro-templates/r_u-2204-0-k-1293-0',
    ]);
    expect(await run('snapshot.tree', '-vm', '/DC0/vm/spectro-templates/r_u-2204-0-k-1293-0')).toContain('sealift');
    const calls = (await vcenter.calls()).length;
    for (const report of await look()) await mendTemplate(client, report, { folder, resourcePool });
    const changing = (await vcenter.calls()).slice(calls).filter(({ method }) => /_Task$|^Mark/.test(method));
    expect(changing).toEqual([]);
  });

  it('that run are named, and not touched', async () => {
    await deploy('r_u-2204-0-k-1305-0', '');
    await run('vm.power', '-on', 'r_u-2204-0-k-1305-0');
    const last = (await look()).at(-1);
    expect(last?.problems.map(({ kind }) => kind)).toEqual(['wrong-folder', 'powered-on']);
    if (last === undefined) throw new Error('no report');
    const refuse = () => Promise.reject(new Error('not needed'));
    await mendTemplate(client, last, { folder: client.content.rootFolder, resourcePool: refuse });
    expect((await look()).at(-1)?.problems).toHaveLength(2);
  });
});
