import { z } from 'zod';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { type ListOptions, listPages } from './connection/list-pages.ts';

/** A PersistentVolume of a CSI driver. */
export interface PersistentVolume {
  readonly name: string;
  /** Under which the driver knows the volume. */
  readonly volumeHandle: string;
  /** `namespace/name` of the claim that it is bound to. */
  readonly claim: string | undefined;
}

const item = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    csi: z.object({ driver: z.string(), volumeHandle: z.string() }).optional(),
    claimRef: z.object({ namespace: z.string().optional(), name: z.string().optional() }).optional(),
  }),
});

/** All PersistentVolumes of one CSI driver. @throws as `listPages` */
export async function listPersistentVolumes(
  client: KubernetesClient,
  driver: string,
  options: ListOptions = {},
): Promise<readonly PersistentVolume[]> {
  const items = await listPages(client, objectPath('/api/v1', 'persistentvolumes'), item, options);
  return items.flatMap(({ metadata, spec }) => {
    if (spec.csi?.driver !== driver) return [];
    const { namespace, name } = spec.claimRef ?? {};
    const claim = namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`;
    return [{ name: metadata.name, volumeHandle: spec.csi.volumeHandle, claim }];
  });
}
