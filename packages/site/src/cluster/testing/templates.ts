import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { peer } from '@sealift/testkit/peers';
import type { VCenter } from '@sealift/testkit/vcenter';

/** Below the first datacenter. */
export const folder = '/DC0/vm/spectro-templates';

/** Runs govc against a simulated vCenter. */
export async function govc(vcenter: VCenter, ...args: string[]): Promise<void> {
  const env = { ...process.env, ...vcenter.environment };
  await promisify(execFile)(peer('govc').path, args, { env });
}

/** A template as one that was deployed by hand: with a snapshot, and words that say what is inside. */
export async function makeTemplate(vcenter: VCenter, name: string, kubernetes: string): Promise<void> {
  // It may be there already.
  await govc(vcenter, 'folder.create', folder).catch(() => undefined);
  const places = ['-pool', '/DC0/host/DC0_C0/Resources', '-net', 'VM Network', '-ds', 'LocalDS_0'];
  const words = `Node image Ubuntu 22.04, Kubernetes ${kubernetes}.`;
  await govc(vcenter, 'vm.create', '-on=false', '-folder', folder, ...places, '-annotation', words, name);
  await govc(vcenter, 'snapshot.create', '-vm', `${folder}/${name}`, 'base');
  await govc(vcenter, 'vm.markastemplate', `${folder}/${name}`);
}
