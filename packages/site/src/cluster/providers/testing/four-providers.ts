import type { Check } from '@sealift/core/check';
import type { KubeObject } from '@sealift/kubernetes/object';
import { type Component, programOf, sampleProviders, smallDefinition } from '@sealift/testkit/sample-components';
import type { DesiredProviders } from '@sealift/upgrade/ports/providers';
import { expect } from 'vitest';
import { providersCheck } from '../providers-check.ts';
import type { ProvidersBench } from './providers-bench.ts';

const { core, bootstrap, controlPlane, vsphere } = sampleProviders;
export const group = 'cluster.x-k8s.io';
export const deployments = { apiVersion: 'apps/v1', kind: 'Deployment' };
export const record = { apiVersion: 'v1', kind: 'Secret', namespace: 'sealift-system', name: 'cluster-api-providers' };
export const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: `clusters.${group}`,
};

/** Components of all four providers, small ones. */
export function components(
  tag: string,
  { args = ['--leader-elect'], versions = ['v1beta1', 'v1beta2'] } = {},
): readonly Component[] {
  const [stored = '', ...served] = versions;
  return [
    ...programOf(core, tag, args),
    ...programOf(bootstrap, tag),
    ...programOf(controlPlane, tag),
    ...programOf(vsphere, tag),
    smallDefinition(core, 'Cluster', { group, stored, served }),
  ];
}

/** The Deployment of the core. */
export const coreOf = (all: readonly Component[]): Component => {
  const found = all.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === core.deployment);
  if (found === undefined) throw new Error('no core');
  return found;
};
export const role = (name: string): Component => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels: { 'cluster.x-k8s.io/provider': core.provider } },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
});
/** As clusterctl marks what it installs. */
export const byClusterctl = (all: readonly Component[]): readonly Component[] =>
  all.map((one) => {
    const labels = { ...one.metadata.labels, 'clusterctl.cluster.x-k8s.io': '' };
    return { ...one, metadata: { ...one.metadata, labels } };
  });

/** The Deployment of the core as it is now. */
export async function running({ objects }: ProvidersBench): Promise<KubeObject | undefined> {
  return await objects.get({ ...deployments, namespace: core.namespace, name: core.deployment });
}

/** Leaves no record, Deployment or definition of before. */
export async function clear({ objects }: ProvidersBench): Promise<void> {
  await objects.delete(record);
  for (const { namespace, deployment: name } of Object.values(sampleProviders))
    await objects.delete({ ...deployments, namespace, name });
  await objects.delete(definition);
  await expect.poll(() => objects.get(definition)).toBeUndefined();
  objects.discovery.forget();
}

/** What the preflight says of them. @param kubernetes that nodes are to get, where they are to get another */
export async function check(
  { access }: ProvidersBench,
  wanted: DesiredProviders | undefined,
  kubernetes?: string,
): Promise<Check> {
  return await providersCheck(access, {
    providers: wanted,
    nodes: kubernetes !== undefined,
    kubernetes: kubernetes ?? '1.36.3',
  });
}
