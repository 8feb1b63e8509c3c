import { z } from 'zod';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { type ListOptions, listPages } from './connection/list-pages.ts';

/** A volume that is, or shall be, attached to a node (`storage.k8s.io/v1`, VolumeAttachment). */
export interface VolumeAttachment {
  readonly persistentVolume: string | undefined;
  readonly node: string;
  /** Somebody has asked to detach it, and it is not detached yet. */
  readonly detaching: boolean;
  /** What the driver said when it last failed to detach. */
  readonly error: string | undefined;
}

const item = z.object({
  metadata: z.object({ deletionTimestamp: z.string().nullish() }),
  spec: z.object({
    attacher: z.string(),
    nodeName: z.string(),
    source: z.object({ persistentVolumeName: z.string().nullish() }),
  }),
  status: z.object({ detachError: z.object({ message: z.string().nullish() }).nullish() }).nullish(),
});

/** The attachments of one CSI driver. @throws as `listPages` */
export async function listVolumeAttachments(
  client: KubernetesClient,
  driver: string,
  options: ListOptions = {},
): Promise<readonly VolumeAttachment[]> {
  const items = await listPages(client, objectPath('/apis/storage.k8s.io/v1', 'volumeattachments'), item, options);
  return items
    .filter(({ spec }) => spec.attacher === driver)
    .map(({ metadata, spec, status }) => ({
      persistentVolume: spec.source.persistentVolumeName ?? undefined,
      node: spec.nodeName,
      detaching: typeof metadata.deletionTimestamp === 'string',
      error: status?.detachError?.message ?? undefined,
    }));
}
