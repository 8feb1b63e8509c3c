import type { MigrateClaim } from '@sealift/core/release';
import type { Objects } from '@sealift/kubernetes/objects';
import { type RefusedWork, refused } from '@sealift/upgrade/declared/refused';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';
import type { Volume } from './claim-objects.ts';

const shared: ReadonlySet<string> = new Set(['ReadWriteMany', 'ReadOnlyMany']);
const classSchema = z.object({ provisioner: z.string() });

/**
 * Refuses what the volume could never be: a claim of that form would be bound, and its pods would not start.
 *
 * @throws DECLARED_STEP_REFUSED, KUBERNETES_…
 */
export async function refuseIllegal(
  objects: Objects,
  { to }: MigrateClaim,
  { what, volume }: { readonly what: RefusedWork; readonly volume: Volume },
  cancel: Cancel,
): Promise<void> {
  const { csi } = volume.spec;
  const { name } = volume.metadata;
  const wanted = to.accessModes.filter((mode) => shared.has(mode));
  // vSphere CSI driver, "Supported features": volumes on disks are of one node at a time, file volumes of many.
  if (
    wanted.length > 0 &&
    csi?.driver === 'csi.vsphere.vmware.com' &&
    csi.volumeAttributes?.['type'] === 'vSphere CNS Block Volume'
  ) {
    throw refused(
      what,
      `its volume ${name} is a disk, which one node has at a time, and ${wanted.join(', ')} is for several`,
      'Copy what is in it to a file volume, and give the claim that one.',
    );
  }
  const { storageClass } = to;
  if (storageClass === undefined || storageClass === '') return;
  const found = await objects.get(
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: storageClass },
    cancel,
  );
  if (found === undefined)
    throw refused(
      what,
      `there is no StorageClass ${storageClass}`,
      'Make it, or let the layer that brings it come before.',
    );
  const provisioner = classSchema.safeParse(found).data?.provisioner ?? '';
  if (csi && provisioner !== csi.driver) {
    throw refused(
      what,
      `the class ${storageClass} is of ${provisioner}, and the volume ${name} of ${csi.driver}`,
      'A volume stays with its driver: copy what is in it to a volume of that class instead.',
    );
  }
}
