import type { VirtualMachines } from './machines/virtual-machines.ts';
import { places, templateName, templatePath } from './site-objects.ts';

/** Makes a template for each version in vCenter, which says what is inside as an imported image does. */
export async function makeNodeImages(machines: VirtualMachines, versions: readonly string[]): Promise<void> {
  for (const version of versions) {
    await machines.govc(
      'vm.create',
      '-on=false',
      '-c=2',
      '-m=4096',
      `-net=${places.network}`,
      `-folder=${places.templates}`,
      `-pool=${places.resourcePool}`,
      `-annotation=Node image Ubuntu 22.04, Kubernetes ${version.replace(/^v/, '')}.`,
      templateName(version),
    );
    await machines.govc('snapshot.create', `-vm=${templatePath(version)}`, 'base');
    await machines.govc('vm.markastemplate', templatePath(version));
  }
}
