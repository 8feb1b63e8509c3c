import type { KubeObject } from '../objects/object.ts';

/**
 * Where the cluster can't tell whether something is ready, the one who wrote the object can: an annotation names what it is complete
 * without, separated by commas. `nodes`: a DaemonSet that may run nowhere; `address`: an Ingress or LoadBalancer whose controller publishes
 * none; `conditions`: a custom resource whose controller reports none.
 */
export const readyWithout = 'sealift.dev/ready-without';

export function mayLack(object: KubeObject, what: 'nodes' | 'address' | 'conditions'): boolean {
  const { annotations = {} } = object.metadata;
  const value = Object.hasOwn(annotations, readyWithout) ? annotations[readyWithout] : undefined;
  return (value ?? '').split(',').some((one) => one.trim() === what);
}

export function declareIt(what: 'nodes' | 'address' | 'conditions'): string {
  return `annotate it with ${readyWithout}: ${what}`;
}
