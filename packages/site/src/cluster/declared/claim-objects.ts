import { decode } from '@sealift/kubernetes/decode';
import { listPages } from '@sealift/kubernetes/list-pages';
import { objectPath } from '@sealift/kubernetes/client';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';

const modes = z.array(z.string()).nullish();
const claimSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    resourceVersion: z.string(),
    deletionTimestamp: z.string().nullish(),
    finalizers: z.array(z.string()).nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(z.looseObject({ kind: z.string(), name: z.string() })).nullish(),
  }),
  spec: z.looseObject({
    accessModes: modes,
    storageClassName: z.string().nullish(),
    volumeName: z.string().nullish(),
    volumeMode: z.string().nullish(),
    resources: z.looseObject({}).nullish(),
  }),
  status: z.object({ phase: z.string().nullish() }).nullish(),
});
export type Claim = z.infer<typeof claimSchema>;

const volumeSchema = z.object({
  metadata: z.object({
    name: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).nullish(),
    deletionTimestamp: z.string().nullish(),
  }),
  spec: z.looseObject({
    accessModes: modes,
    storageClassName: z.string().nullish(),
    persistentVolumeReclaimPolicy: z.string().nullish(),
    claimRef: z
      .looseObject({ namespace: z.string().nullish(), name: z.string().nullish(), uid: z.string().nullish() })
      .nullish(),
    csi: z.looseObject({ driver: z.string(), volumeAttributes: z.record(z.string(), z.string()).nullish() }).nullish(),
  }),
  status: z.object({ phase: z.string().nullish() }).nullish(),
});
export type Volume = z.infer<typeof volumeSchema>;

export const claimOf = (namespace: string, name: string) =>
  ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name }) as const;
export const volumeOf = (name: string) => ({ apiVersion: 'v1', kind: 'PersistentVolume', name }) as const;

/** A claim; undefined where it is not there. @throws KUBERNETES_… */
export async function readClaim(
  objects: Objects,
  namespace: string,
  name: string,
  cancel: Cancel,
): Promise<Claim | undefined> {
  const found = await objects.get(claimOf(namespace, name), cancel);
  return found && decode(claimSchema, found, `PersistentVolumeClaim ${namespace}/${name}`);
}

/** A volume; undefined where it is not there. @throws KUBERNETES_… */
export async function readVolume(objects: Objects, name: string, cancel: Cancel): Promise<Volume | undefined> {
  const found = await objects.get(volumeOf(name), cancel);
  return found && decode(volumeSchema, found, `PersistentVolume ${name}`);
}

/** Every volume that an annotation marks with a text. @throws KUBERNETES_… */
export async function volumesMarked(
  objects: Objects,
  annotation: string,
  text: string,
  cancel: Cancel,
): Promise<readonly Volume[]> {
  const all = await listPages(objects.client, objectPath('/api/v1', 'persistentvolumes'), volumeSchema, { cancel });
  return all.filter(({ metadata }) => metadata.annotations?.[annotation] === text);
}

const podSchema = z.object({
  spec: z.object({
    volumes: z.array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).nullish() })).nullish(),
  }),
  status: z.object({ phase: z.string().nullish() }).nullish(),
});

/** Names of pods that use a claim, or will when they are placed; what ended uses none (Kubernetes, "Storage Object in Use Protection"). @throws KUBERNETES_… */
export async function podsUsing(
  objects: Objects,
  namespace: string,
  claim: string,
  cancel: Cancel,
): Promise<readonly KubeObject[]> {
  const pods = await objects.list({ apiVersion: 'v1', kind: 'Pod', namespace }, cancel);
  return pods.filter((pod) => {
    const { data } = podSchema.safeParse(pod);
    const phase = data?.status?.phase ?? '';
    if (phase === 'Succeeded' || phase === 'Failed') return false;
    return (data?.spec.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim);
  });
}
