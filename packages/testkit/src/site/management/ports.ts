import type { PortBlock } from '../port-block.ts';

/** The places that the management cluster has in a site's block of ports; its last ones are three for each of Cluster API's managers. */
const places = {
  etcd: 20,
  etcdPeers: 21,
  apiserver: 22,
  controllerManager: 23,
  scheduler: 24,
  clusterApi: 25,
} as const;

/** Ports of one of Cluster API's managers on loopback. */
export interface ManagerPorts {
  readonly webhooks: number;
  readonly diagnostics: number;
  readonly health: number;
}

/** Ports on loopback. */
export interface ManagementPorts {
  readonly etcd: number;
  readonly etcdPeers: number;
  readonly apiserver: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  /** Of the manager at a place in their list. */
  clusterApi(index: number): ManagerPorts;
}

export function managementPorts(block: PortBlock): ManagementPorts {
  return {
    etcd: block.at(places.etcd),
    etcdPeers: block.at(places.etcdPeers),
    apiserver: block.at(places.apiserver),
    controllerManager: block.at(places.controllerManager),
    scheduler: block.at(places.scheduler),
    clusterApi: (index) => {
      const first = places.clusterApi + 3 * index;
      return { webhooks: block.at(first), diagnostics: block.at(first + 1), health: block.at(first + 2) };
    },
  };
}
