import type { ClusterNode } from '@sealift/core/cluster';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';
import { plainVersion } from '../cluster/nodes.ts';

const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';
const nodeSchema = z.object({ status: z.object({ nodeInfo: z.object({ kubeletVersion: z.string() }) }) });

/**
 * The nodes of the machines, and those of the cluster that no machine tells of: nobody knows what these were made from.
 *
 * @param machines as Cluster API tells
 * @throws KUBERNETES_…
 */
export async function allNodes(
  objects: Objects,
  machines: readonly ClusterNode[],
  cancel: Cancel,
): Promise<readonly ClusterNode[]> {
  const known = new Set(machines.map(({ name }) => name));
  const nodes = await objects.list({ apiVersion: 'v1', kind: 'Node' }, cancel);
  return [...machines, ...nodes.filter(({ metadata }) => !known.has(metadata.name)).map(withoutMachine)];
}

function withoutMachine(node: KubeObject): ClusterNode {
  const { name, labels = {} } = node.metadata;
  const version = nodeSchema.safeParse(node).data?.status.nodeInfo.kubeletVersion ?? 'unknown';
  return {
    name,
    role: Object.hasOwn(labels, controlPlaneLabel) ? 'control-plane' : 'worker',
    version: plainVersion(version),
    template: '',
    ready: false,
    machine: null,
    phase: '',
    since: null,
    message: 'no Machine of Cluster API belongs to it',
  };
}
