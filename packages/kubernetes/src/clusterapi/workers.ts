import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { type KubeObject, nameOf, type ObjectReference, referenceOf } from '../objects/object.ts';
import { isoOf } from './conditions.ts';
import { type ProviderReference, providerReference } from './reference.ts';
import { commonOf, intOrPercent, machinesIn, type RolloutOwner } from './rollout-owner.ts';

const strategy = z
  .object({
    type: z.string().nullish(),
    rollingUpdate: z.object({ maxSurge: intOrPercent, maxUnavailable: intOrPercent }).nullish(),
  })
  .nullish();

const template = z.object({
  spec: z.object({
    version: z.string().nullish(),
    infrastructureRef: providerReference,
    bootstrap: z.object({ configRef: providerReference.nullish() }).nullish(),
  }),
});

const deploymentSchema = z.object({
  spec: z.object({
    replicas: z.number().int().min(0).nullish(),
    paused: z.boolean().nullish(),
    template,
    // v1beta1
    strategy,
    // v1beta2
    rollout: z.object({ strategy }).nullish(),
  }),
});

/** Reads a MachineDeployment of v1beta1 or v1beta2. @throws KUBERNETES_ANSWER_INVALID */
export function machineDeploymentOf(object: KubeObject): RolloutOwner {
  const { spec } = decode(deploymentSchema, object, nameOf(referenceOf(object)));
  const replicas = spec.replicas ?? 1;
  const { type, rollingUpdate } = spec.rollout?.strategy ?? spec.strategy ?? {};
  const surge = machinesIn(rollingUpdate?.maxSurge, replicas, 'up', 1);
  const unavailable = machinesIn(rollingUpdate?.maxUnavailable, replicas, 'down', 0);
  const common = commonOf(object);
  return {
    ...common,
    kind: 'MachineDeployment',
    paused: common.paused || spec.paused === true,
    version: spec.template.spec.version ?? '',
    template: spec.template.spec.infrastructureRef,
    replicas,
    surge,
    // With neither, Cluster API lets one go first.
    unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable,
    replacesItself: (type ?? 'RollingUpdate') !== 'OnDelete',
    setup: { template: spec.template.spec.bootstrap?.configRef ?? undefined },
    patch: (version, to, configRef) => ({
      template: {
        spec: {
          version,
          ...(to === undefined ? {} : { infrastructureRef: to }),
          ...(configRef === undefined ? {} : { bootstrap: { configRef } }),
        },
      },
    }),
  };
}

/** What a MachineDeployment keeps one version of its machines in. */
export interface MachineSet {
  readonly ref: ObjectReference;
  readonly name: string;
  /** Name of its MachineDeployment; undefined for one that was made by hand. */
  readonly deployment: string | undefined;
  readonly createdAt: string | null;
  readonly version: string;
  readonly template: ProviderReference;
  readonly conditions: RolloutOwner['conditions'];
}

const setSchema = z.object({ spec: z.object({ template }) });

/** Reads a MachineSet of v1beta1 or v1beta2. @throws KUBERNETES_ANSWER_INVALID */
export function machineSetOf(object: KubeObject): MachineSet {
  const { spec } = decode(setSchema, object, nameOf(referenceOf(object)));
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const { ref, name, conditions } = commonOf(object);
  return {
    ref,
    name,
    deployment: owner?.kind === 'MachineDeployment' ? owner.name : undefined,
    createdAt: isoOf(object.metadata.creationTimestamp),
    version: spec.template.spec.version ?? '',
    template: spec.template.spec.infrastructureRef,
    conditions,
  };
}
