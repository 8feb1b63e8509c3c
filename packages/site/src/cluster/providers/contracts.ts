import type { KubeObject } from '@sealift/kubernetes/object';
import { readDefinition } from '@sealift/kubernetes/definition-versions';
import { providerOf } from './deployment.ts';

/** Label of a definition: which of its versions speak a contract of Cluster API, joined by `_` (Cluster API, "Provider contract"). */
const contract = /^cluster\.x-k8s\.io\/(v\d\w*)$/;
/** Groups whose kinds Cluster API's core works with through a contract. */
const spoken: ReadonlySet<string> = new Set(
  ['bootstrap', 'controlplane', 'infrastructure'].map((of) => `${of}.cluster.x-k8s.io`),
);

/**
 * Definitions of providers that speak no contract of the Cluster API that comes: their machines would stand still.
 *
 * @param definitions as they will be, those that stay among them
 */
export function unspoken(definitions: readonly KubeObject[]): readonly string[] {
  const core = definitions.filter((one) => providerOf(one) === 'cluster-api').flatMap(contractsOf);
  if (core.length === 0) return [];
  return definitions
    .filter((one) => spoken.has(readDefinition(one).group))
    .filter((one) => contractsOf(one).length > 0 && !contractsOf(one).some((each) => core.includes(each)))
    .map(({ metadata: { name } }) => name);
}

function contractsOf({ metadata: { labels = {} } }: KubeObject): readonly string[] {
  return Object.keys(labels).flatMap((name) => contract.exec(name)?.[1] ?? []);
}
