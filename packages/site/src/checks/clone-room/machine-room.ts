import type { CloneSpec } from '@sealift/kubernetes/clone-spec';
import type { CloneSource } from '@sealift/vsphere/clone-places';

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

/** The room that one machine takes, in bytes. */
export interface MachineRoom {
  /** When it was made: what is in its disks, where these are thin, as those of the VM template are that it is a copy of. */
  readonly leastBytes: number;
  /** When all of its disks are written, with the file that its memory is swapped to. */
  readonly mostBytes: number;
}

/**
 * What a clone takes. A full clone holds what the VM template holds, and may grow to the sizes that are asked for; a linked one holds nothing at first, has
 * disks of the VM template's sizes, and may overwrite all of them.
 *
 * @param source undefined where the VM template is not there any more: then only sizes that are asked for are known
 */
export function machineRoom(spec: CloneSpec, source: CloneSource | undefined, mode: 'full' | 'linked'): MachineRoom {
  const disks = source?.disksBytes ?? [];
  const wanted = mode === 'full' ? [spec.diskGiB ?? 0, ...spec.furtherDisksGiB] : [];
  const count = Math.max(disks.length, wanted.length);
  let written = 0;
  for (let at = 0; at < count; at += 1) written += Math.max(disks[at] ?? 0, (wanted[at] ?? 0) * gibibyte);
  const added = spec.newDisksGiB.reduce((total, size) => total + size * gibibyte, 0);
  const memory = (spec.memoryMiB ?? source?.memoryMiB ?? 0) * mebibyte;
  const leastBytes = mode === 'full' ? (source?.usedBytes ?? 0) : 0;
  return { leastBytes, mostBytes: Math.max(leastBytes, written + added + memory) };
}
