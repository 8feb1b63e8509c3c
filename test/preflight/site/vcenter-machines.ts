import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { peer } from '@sealift/testkit/peers';
import type { VCenter } from '@sealift/testkit/vcenter';
import { z } from 'zod';

/** Of the VM templates, and of the machines of the cluster. */
export const folders = { templates: '/DC0/vm/spectro-templates', machines: '/DC0/vm/c1' } as const;
const places = ['-pool', '/DC0/host/DC0_C0/Resources', '-net', 'VM Network', '-ds', 'LocalDS_0'];

const machinesSchema = z.object({
  virtualMachines: z.array(z.object({ name: z.string(), config: z.object({ uuid: z.string() }) })).nullable(),
});

/** What a person does in the simulated vCenter, with VMware's own command line. */
export class VcenterMachines {
  readonly #vcenter: VCenter;

  constructor(vcenter: VCenter) {
    this.#vcenter = vcenter;
  }

  /** Runs govc; gives what it writes. @throws Error with what it says */
  async govc(...args: string[]): Promise<string> {
    const env = { ...process.env, ...this.#vcenter.environment };
    return (await promisify(execFile)(peer('govc').path, args, { env })).stdout;
  }

  /** Makes VMs of the cluster that run. @returns their UUIDs, by name */
  async make(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    for (const name of names) await this.govc('vm.create', '-folder', folders.machines, ...places, name);
    const text = await this.govc('vm.info', '-json', `${folders.machines}/*`);
    const { virtualMachines } = machinesSchema.parse(JSON.parse(text));
    return new Map((virtualMachines ?? []).map(({ name, config }) => [name, config.uuid]));
  }

  async remove(name: string, folder: string = folders.machines): Promise<void> {
    await this.govc('vm.destroy', `${folder}/${name}`);
  }

  /** A VM that was deployed by hand among the templates; without words nothing says what is inside. */
  async deploy(name: string, words: string, { on = false }: { readonly on?: boolean } = {}): Promise<void> {
    await this.govc('vm.create', `-on=${on}`, '-folder', folders.templates, ...places, '-annotation', words, name);
  }

  /** A template as it is used: with a snapshot, and words that say what is inside. */
  async makeTemplate(name: string, kubernetes: string): Promise<void> {
    await this.deploy(name, `Node image Ubuntu 22.04, Kubernetes ${kubernetes}.`);
    await this.govc('snapshot.create', '-vm', `${folders.templates}/${name}`, 'base');
    await this.govc('vm.markastemplate', `${folders.templates}/${name}`);
  }
}
