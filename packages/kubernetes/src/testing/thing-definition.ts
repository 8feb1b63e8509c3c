import type { KubeObject } from '../objects/object.ts';

/**
 * A definition of the kind `Thing` of group `sealift.example`, whose objects hold anything below `spec`.
 *
 * @param served versions; objects are stored in the first one
 * @param kept versions that are not served any more, but still defined
 */
export function thingDefinition(served: readonly string[], kept: readonly string[] = []): KubeObject {
  const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: any } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.sealift.example' },
    spec: {
      group: 'sealift.example',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [...served, ...kept].map((name, at) => ({
        name,
        served: served.includes(name),
        storage: at === 0,
        schema,
      })),
    },
  };
}
