import { disksByUuid } from '@sealift/vsphere/first-class-disks';
import { keyOf } from '@sealift/kubernetes/infrastructure';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import type { Machine } from '@sealift/kubernetes/machine';
import type { VcenterSession } from '../../vcenter/session.ts';
import { machinesIn } from '../machines/inventory.ts';
import { uuidOf } from '../machines/provider-id.ts';

/** What vCenter says of the volumes on a machine's VM, which would be deleted with it. */
export type DiskLook =
  | { readonly state: 'none' }
  /** @property disks such as `Hard disk 2 (6000C29e-…)` */
  | { readonly state: 'attached'; readonly vm: string; readonly disks: readonly string[] }
  /** It can't be told: no VM of that UUID is to be seen, and not that there is none. */
  | { readonly state: 'unseen'; readonly vm: string };

/** Where a VM is looked for. */
export interface MachinePlace {
  /** BIOS UUID. */
  readonly uuid: string;
  /** Inventory path; undefined where the provider chooses or it is not a whole path. */
  readonly folder: string | undefined;
}

/** Looks at the device lists of VMs. */
export interface MachineDisks {
  look(place: MachinePlace, cancel: AbortSignal): Promise<DiskLook>;
}

/** What was seen, by the names of the Machines. */
export type DiskLooks = ReadonlyMap<string, DiskLook>;

/** Looks at the VMs of some machines. One that never had a VM has no disk. @throws VSPHERE_… */
export async function lookAtDisks(
  disks: MachineDisks,
  { infrastructure }: Pick<ClusterState, 'infrastructure'>,
  machines: readonly Machine[],
  cancel: AbortSignal,
): Promise<DiskLooks> {
  const looks = new Map<string, DiskLook>();
  for (const { name, providerId, infrastructure: ref } of machines) {
    const folder = infrastructure.get(keyOf(ref))?.folder;
    const place = { uuid: uuidOf(providerId ?? ''), folder: folder?.startsWith('/') === true ? folder : undefined };
    looks.set(name, providerId === undefined ? { state: 'none' } : await disks.look(place, cancel));
  }
  return looks;
}

/** The device lists that a site's vCenter has. */
export function vcenterDisks(session: VcenterSession): MachineDisks {
  return {
    async look({ uuid, folder }, cancel) {
      const client = await session.client();
      const found = await disksByUuid(client, uuid, cancel);
      const [holding] = found.flatMap(({ path, disks = [] }) => (disks.length > 0 ? [{ path, disks }] : []));
      if (holding !== undefined) {
        const disks = holding.disks.map(({ id, label }) => (label === '' ? id : `${label} (${id})`));
        return { state: 'attached', vm: holding.path, disks };
      }
      if (found.some(({ disks }) => disks === undefined)) return { state: 'unseen', vm: uuid };
      if (found.length > 0) return { state: 'none' };
      // Only an account that sees VMs of that folder, not the folder alone, would see this one too: it is gone.
      const others = folder === undefined ? undefined : await machinesIn(client, folder, cancel);
      return (others?.length ?? 0) > 0 ? { state: 'none' } : { state: 'unseen', vm: uuid };
    },
  };
}
