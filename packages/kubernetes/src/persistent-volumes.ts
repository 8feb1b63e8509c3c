import { z } from 'zod';
import { type KubernetesClient, objectPath } from './client.ts';
import { decode } from './decode.ts';
import { unusable } from './send.ts';

/** A PersistentVolume of a CSI driver. */
export interface PersistentVolume {
  readonly name: string;
  /** Under which the driver knows the volume. */
  readonly volumeHandle: string;
  /** `namespace/name` of the claim that it is bound to. */
  readonly claim: string | undefined;
}

const page = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        csi: z.object({ driver: z.string(), volumeHandle: z.string() }).optional(),
        claimRef: z.object({ namespace: z.string().optional(), name: z.string().optional() }).optional(),
      }),
    }),
  ),
});

const usualPageSize = 500;
/** A cluster of 100 000 volumes; a listing that does not end is given up on. */
const pageLimit = 200;

/** All PersistentVolumes of one CSI driver, read in pages (Kubernetes API concepts, "Retrieving large results sets in chunks"). */
export async function listPersistentVolumes(
  client: KubernetesClient,
  driver: string,
  options: { readonly cancel?: AbortSignal | undefined; readonly pageSize?: number } = {},
): Promise<readonly PersistentVolume[]> {
  const { cancel, pageSize = usualPageSize } = options;
  const path = objectPath('/api/v1', 'persistentvolumes');
  const found: PersistentVolume[] = [];
  let token: string | undefined;
  for (let count = 0; count < pageLimit; count += 1) {
    const query = { limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) };
    const body = await client.list(path, query, cancel);
    const { metadata, items } = decode(page, body, path);
    for (const { metadata: of, spec } of items) {
      if (spec.csi?.driver !== driver) continue;
      const { namespace, name } = spec.claimRef ?? {};
      const claim = namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`;
      found.push({ name: of.name, volumeHandle: spec.csi.volumeHandle, claim });
    }
    token = metadata.continue;
    if (token === undefined || token === '') return found;
  }
  throw unusable(`its list of volumes has more than ${pageLimit} pages`, path);
}
