import type { Objects } from '../objects/objects.ts';
import { servedKind } from './discovery.ts';
import type { InfrastructureMachine } from './infrastructure.ts';
import { clusterNameLabel } from './names.ts';
import { groupVersionOf } from '../objects/object.ts';

/** When a controller was last made to look at an object: it does so when anything of it changes. */
export const touchedAnnotation = 'sealift.dev/touched';

/**
 * Makes the vSphere provider look at a machine again, which it does not by itself for minutes after some failures: at what it makes the VM
 * from (its VSphereVM) and then at the VSphereMachine. Both get the time as an annotation.
 *
 * @throws KUBERNETES_…
 */
export async function touch(
  objects: Objects,
  { ref, uid }: InfrastructureMachine,
  { cluster, at }: { readonly cluster: string; readonly at: Date },
  cancel?: AbortSignal,
): Promise<void> {
  const body = { metadata: { annotations: { [touchedAnnotation]: at.toISOString() } } };
  const kind = 'VSphereVM';
  const { group } = groupVersionOf(ref.apiVersion);
  const apiVersion = await servedKind(objects.discovery, { group, kind, asWritten: ref.apiVersion }, cancel);
  if (apiVersion !== undefined) {
    const labelSelector = `${clusterNameLabel}=${cluster}`;
    const { namespace } = ref;
    for (const vm of await objects.list({ apiVersion, kind, namespace, labelSelector }, cancel)) {
      const isItsOwn = vm.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
      const { name } = vm.metadata;
      if (isItsOwn) await objects.mergePatch({ apiVersion, kind, namespace, name }, body, cancel);
    }
  }
  await objects.mergePatch(ref, body, cancel);
}
