import { SealiftError } from '@sealift/core/errors';
import { connectSimulator } from '@sealift/simulator/client';
import type { ClusterPort, StoragePort, VCenterPort } from '@sealift/upgrade/ports';

/** The cluster that the platform runs on, and its vCenter. */
export interface ClusterConnection {
  readonly vcenter: VCenterPort;
  readonly storage: StoragePort;
  readonly cluster: ClusterPort;
  /** True when it is the demo's simulation; every page says so. */
  readonly simulated: boolean;
}

/** The simulated cluster behind a URL; without one, a connection whose every call fails with CLUSTER_NOT_CONNECTED. */
export function connectCluster(simulatorUrl: string | undefined): ClusterConnection {
  if (simulatorUrl !== undefined) return connectSimulator(simulatorUrl);
  const refuse = (): Promise<never> => Promise.reject(new SealiftError('CLUSTER_NOT_CONNECTED'));
  return {
    simulated: false,
    vcenter: { findTemplate: refuse, importTemplate: refuse, markTemplate: refuse },
    storage: { identity: refuse, repairIdentity: refuse },
    cluster: {
      nodes: refuse,
      rollout: refuse,
      setRollout: refuse,
      layers: refuse,
      applyLayer: refuse,
      removeLayer: refuse,
    },
  };
}
