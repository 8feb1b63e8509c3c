import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import type { KubeObject } from '../objects/object.ts';

const schema = z.object({
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string() }),
    conversion: z.object({ strategy: z.string() }).nullish(),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean(), storage: z.boolean() })).max(100),
  }),
  status: z.object({ storedVersions: z.array(z.string()).nullish() }).nullish(),
});

/** What a definition of a kind says of its versions (CustomResourceDefinition, apiextensions.k8s.io/v1). */
export interface DefinitionVersions {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  /** In the definition's order, which is that of preference for the same maturity. */
  readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  /** In which objects may be stored now. */
  readonly storedVersions: readonly string[];
  /** Whether one version of an object is the other one but for its name (`conversion.strategy` None). */
  readonly sameFields: boolean;
}

/** Reads a definition's versions; one of a manifest has no status. @throws KUBERNETES_ANSWER_INVALID */
export function readDefinition(object: KubeObject): DefinitionVersions {
  const { spec, status } = decode(schema, object, object.metadata.name);
  return {
    name: object.metadata.name,
    group: spec.group,
    kind: spec.names.kind,
    versions: spec.versions.map(({ name, served, storage }) => ({ name, served, storage })),
    storedVersions: status?.storedVersions ?? [],
    sameFields: (spec.conversion?.strategy ?? 'None') === 'None',
  };
}

/** The versions that are served. */
export function servedOf({ versions }: DefinitionVersions): readonly string[] {
  return versions.filter(({ served }) => served).map(({ name }) => name);
}
