import { SealiftError } from '@sealift/core/errors';
import type { SiteCheck, SiteField } from '@sealift/core/site';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { type ClusterState, readClusterState } from '@sealift/kubernetes/cluster-state';
import type { Objects } from '@sealift/kubernetes/objects';
import { failedLook } from './failed-look.ts';
import { type Found, runLook } from './run-look.ts';

/** Names of a cluster's nodes. */
type NodeNames = ReadonlySet<string>;

/** Whether the API server of the enterprise cluster answers and lets its nodes be read. */
export function lookAtEnterprise(open: () => Promise<Objects>, timeoutMs: number): Promise<Found<NodeNames>> {
  const look = {
    name: 'enterprise-cluster',
    title: 'The enterprise cluster answers and accepts the login',
    field: 'enterprise',
  } as const;
  return runLook(look, timeoutMs, async (cancel) => {
    const objects = await open();
    const nodes = await objects.list({ apiVersion: 'v1', kind: 'Node' }, cancel);
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    return { detail: `${objects.client.server}, ${names.size} nodes`, result: names };
  });
}

/** Whether Cluster API is where it is looked for, and knows the Cluster. */
export function lookAtManagement(
  open: () => Promise<Objects>,
  at: { readonly timeoutMs: number; readonly cluster: ClusterName | undefined; readonly field: SiteField },
): Promise<Found<ClusterState>> {
  const look = { name: 'cluster-api', title: 'Cluster API knows the enterprise cluster', field: at.field };
  return runLook(look, at.timeoutMs, async (cancel) => {
    const objects = await open();
    const state = await readClusterState(objects, at.cluster, cancel);
    const { namespace, name } = state.cluster;
    return { detail: `${namespace}/${name}, ${state.machines.length} machines`, result: state };
  });
}

/**
 * Whether the machines of the one are nodes of the other: two kubeconfigs of different clusters would upgrade the one and look at the
 * other. Nothing is said where either is not known, or has none yet.
 */
export function lookAtMembers(
  nodes: NodeNames | undefined,
  state: Pick<ClusterState, 'machines' | 'cluster'> | undefined,
  field: SiteField,
): readonly SiteCheck[] {
  const joined = state?.machines.flatMap(({ node }) => (node === undefined ? [] : [node])) ?? [];
  if (nodes === undefined || state === undefined || joined.length === 0) return [];
  const look = { name: 'same-cluster', title: 'The machines are nodes of the enterprise cluster', field };
  const shared = joined.filter((name) => nodes.has(name));
  if (shared.length > 0) return [{ ...look, outcome: 'pass', detail: `${shared.length} of ${joined.length} are` }];
  const { namespace, name } = state.cluster;
  const values = { count: joined.length, cluster: `${namespace}/${name}` };
  return [failedLook(look, new SealiftError('SITE_CLUSTERS_APART', { values }))];
}
