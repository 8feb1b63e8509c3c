import type { KubeObject } from '../objects/object.ts';

/**
 * What stands around an object, as far as somebody read it. Undefined is "not read", which differs from an empty list: nothing is
 * concluded from what was not read.
 */
export interface Related {
  /** Its pods, by owner references. */
  readonly pods?: readonly KubeObject[] | undefined;
  /** What lies between it and its pods: ReplicaSets of a Deployment. */
  readonly between?: readonly KubeObject[] | undefined;
  /** Claims that its pods name. */
  readonly claims?: readonly KubeObject[] | undefined;
  /** Events about it and about any of these. */
  readonly events?: readonly KubeObject[] | undefined;
  readonly storageClasses?: readonly KubeObject[] | undefined;
  readonly ingressClasses?: readonly KubeObject[] | undefined;
  /** Of the services that it sends calls to. */
  readonly endpointSlices?: readonly KubeObject[] | undefined;
  /** Its CustomResourceDefinition. */
  readonly definition?: KubeObject | undefined;
}
