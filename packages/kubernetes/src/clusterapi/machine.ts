import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { nameOf, type KubeObject, type ObjectReference, referenceOf } from '../objects/object.ts';
import { type Conditions, conditionsOf, isoOf } from './conditions.ts';
import { certificatesAnnotation, controlPlaneLabel } from './names.ts';
import { type ProviderReference, providerReference } from './reference.ts';

/** One Machine, in one shape whatever API version it came in. */
export interface Machine {
  readonly ref: ObjectReference;
  readonly name: string;
  readonly uid: string;
  readonly isControlPlane: boolean;
  /** The controller that made it: a KubeadmControlPlane or a MachineSet; undefined for one made by hand. */
  readonly owner: { readonly kind: string; readonly name: string } | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt: string | null;
  /** Since when it is being deleted. */
  readonly deletingSince: string | null;
  /** As wanted, such as `v1.36.3`. */
  readonly version: string;
  /** The machine of the infrastructure provider. */
  readonly infrastructure: ProviderReference;
  readonly providerId: string | undefined;
  readonly phase: string;
  readonly node: string | undefined;
  /** As its kubelet says; undefined until Cluster API has seen the node. */
  readonly kubelet: string | undefined;
  readonly drainingSince: string | null;
  readonly detachingSince: string | null;
  /** Since when it is drained, and only its VM has to go. */
  readonly terminatingSince: string | null;
  /** Whether its drain is given up after a time. */
  readonly isDrainBounded: boolean;
  /** When the first certificate of its control plane ends, where that is known. */
  readonly certificatesEndAt: string | null;
  readonly conditions: Conditions;
}

const text = z.string();
const machineSchema = z.object({
  spec: z.object({
    version: text.nullish(),
    providerID: text.nullish(),
    infrastructureRef: providerReference,
    // v1beta1
    nodeDrainTimeout: text.nullish(),
    // v1beta2
    deletion: z.object({ nodeDrainTimeoutSeconds: z.number().nullish() }).nullish(),
  }),
  status: z
    .object({
      phase: text.nullish(),
      certificatesExpiryDate: text.nullish(),
      nodeRef: z.object({ name: text.nullish() }).nullish(),
      nodeInfo: z.object({ kubeletVersion: text.nullish() }).nullish(),
      deletion: z
        .object({
          nodeDrainStartTime: text.nullish(),
          waitForNodeVolumeDetachStartTime: text.nullish(),
          waitForPreTerminateHookStartTime: text.nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

/** Reads a Machine of v1beta1 or v1beta2. @throws KUBERNETES_ANSWER_INVALID */
export function machineOf(object: KubeObject): Machine {
  const ref = referenceOf(object);
  const { spec, status } = decode(machineSchema, object, nameOf(ref));
  const { metadata } = object;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return {
    ref,
    name: metadata.name,
    uid: metadata.uid ?? '',
    isControlPlane: Object.hasOwn(metadata.labels ?? {}, controlPlaneLabel),
    owner: owner === undefined ? undefined : { kind: owner.kind, name: owner.name },
    annotations: metadata.annotations ?? {},
    createdAt: isoOf(metadata.creationTimestamp),
    deletingSince: isoOf(metadata.deletionTimestamp),
    version: spec.version ?? '',
    infrastructure: spec.infrastructureRef,
    providerId: spec.providerID ?? undefined,
    phase: status?.phase ?? '',
    node: status?.nodeRef?.name ?? undefined,
    kubelet: status?.nodeInfo?.kubeletVersion ?? undefined,
    drainingSince: isoOf(status?.deletion?.nodeDrainStartTime),
    detachingSince: isoOf(status?.deletion?.waitForNodeVolumeDetachStartTime),
    terminatingSince: isoOf(status?.deletion?.waitForPreTerminateHookStartTime),
    isDrainBounded: (spec.deletion?.nodeDrainTimeoutSeconds ?? 0) > 0 || /[1-9]/.test(spec.nodeDrainTimeout ?? ''),
    certificatesEndAt: isoOf(status?.certificatesExpiryDate ?? annotationOf(metadata.annotations)),
    conditions: conditionsOf(object),
  };
}

/** A person can set it where Cluster API has not read it from the node. */
function annotationOf(annotations: Readonly<Record<string, string>> = {}): string | undefined {
  return Object.hasOwn(annotations, certificatesAnnotation) ? annotations[certificatesAnnotation] : undefined;
}
