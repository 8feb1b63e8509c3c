import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { type KubeObject, nameOf, referenceOf } from '../objects/object.ts';
import { providerReference } from './reference.ts';
import { commonOf, intOrPercent, machinesIn, type RolloutOwner } from './rollout-owner.ts';

const strategy = z.object({ rollingUpdate: z.object({ maxSurge: intOrPercent }).nullish() }).nullish();

const schema = z.object({
  spec: z.object({
    version: z.string(),
    replicas: z.number().int().min(0).nullish(),
    machineTemplate: z.object({
      // v1beta1
      infrastructureRef: providerReference.optional(),
      // v1beta2
      spec: z.object({ infrastructureRef: providerReference }).optional(),
    }),
    rolloutStrategy: strategy,
    rollout: z.object({ strategy }).nullish(),
    kubeadmConfigSpec: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** Reads a KubeadmControlPlane of v1beta1 or v1beta2. @throws KUBERNETES_ANSWER_INVALID */
export function controlPlaneOf(object: KubeObject): RolloutOwner {
  const place = nameOf(referenceOf(object));
  const { spec } = decode(schema, object, place);
  const { machineTemplate, rollout, rolloutStrategy } = spec;
  const nested = machineTemplate.spec?.infrastructureRef;
  const template = nested ?? decode(providerReference, machineTemplate.infrastructureRef, place);
  const replicas = spec.replicas ?? 1;
  const surge = machinesIn((rollout?.strategy ?? rolloutStrategy)?.rollingUpdate?.maxSurge, replicas, 'up', 1);
  return {
    ...commonOf(object),
    kind: 'KubeadmControlPlane',
    version: spec.version,
    template,
    replicas,
    surge,
    unavailable: surge === 0 ? 1 : 0,
    replacesItself: true,
    setup: { config: spec.kubeadmConfigSpec ?? {} },
    patch: (version, to, config) => ({
      version,
      ...(config === undefined ? {} : { kubeadmConfigSpec: config }),
      ...(to === undefined
        ? {}
        : {
            machineTemplate: nested === undefined ? { infrastructureRef: to } : { spec: { infrastructureRef: to } },
          }),
    }),
  };
}
