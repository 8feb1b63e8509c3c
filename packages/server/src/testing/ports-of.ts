import type { ClusterPorts } from '../platform/cluster.ts';

/** The ports of a cluster alone, so that a test can put its own in the place of some. */
export function portsOf(cluster: ClusterPorts): ClusterPorts {
  const { vcenter, storage, cluster: nodes, providers, survey, storedVersions } = cluster;
  const { declared, events, objects, rehearsals, issueKubeconfig, manifests } = cluster;
  const seen = { vcenter, storage, cluster: nodes, providers, survey, storedVersions };
  return { ...seen, declared, events, objects, rehearsals, issueKubeconfig, manifests };
}
