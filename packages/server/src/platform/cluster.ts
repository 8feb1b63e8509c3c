import type { Check } from '@sealift/core/check';
import { SealiftError } from '@sealift/core/errors';
import { connectSimulator } from '@sealift/simulator/client';
import type { ClusterPort } from '@sealift/upgrade/ports/cluster';
import type { DeclaredPort } from '@sealift/upgrade/ports/declared';
import type { EventsPort } from '@sealift/upgrade/ports/events';
import type { ManifestsPort } from '@sealift/upgrade/ports/manifests';
import type { ObjectsPort } from '@sealift/upgrade/ports/objects';
import type { ProvidersPort } from '@sealift/upgrade/ports/providers';
import type { RehearsalsPort } from '@sealift/upgrade/ports/rehearsals';
import type { StoragePort } from '@sealift/upgrade/ports/storage';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import type { StoredVersionsPort } from '@sealift/upgrade/ports/stored-versions';
import type { VCenterPort } from '@sealift/upgrade/ports/vcenter';
import { connectSite, type Site, type SiteSurroundings } from '@sealift/site/connect-site';
import type { SiteSettings } from '@sealift/site/settings';
import type { UpgradeNeeds } from '@sealift/site/vcenter-checks';

/** What the console does with the platform's cluster, its vCenter and its storage. */
export interface ClusterPorts {
  readonly vcenter: VCenterPort;
  readonly storage: StoragePort;
  readonly cluster: ClusterPort;
  readonly providers: ProvidersPort;
  readonly survey: SurveyPort;
  readonly storedVersions: StoredVersionsPort;
  readonly declared: DeclaredPort;
  readonly events: EventsPort;
  /** What layers come to. @throws CLUSTER_SIMULATED */
  readonly manifests: ManifestsPort;
  /** What a backup keeps of the cluster. */
  readonly objects: ObjectsPort;
  /** @throws CLUSTER_SIMULATED */
  readonly rehearsals: RehearsalsPort;
  /** A kubeconfig of the enterprise cluster that ends after some hours. @throws CLUSTER_SIMULATED */
  readonly issueKubeconfig: Site['issueKubeconfig'];
}

/** The cluster that the platform runs on, and its vCenter. */
export interface ClusterConnection extends ClusterPorts {
  /** False where there is no cluster at all, and so every call is refused. */
  readonly connected: boolean;
  /** True when it is the demo's simulation; every page says so. */
  readonly simulated: boolean;
  /** Of a real vCenter. */
  readonly vcenterHost: string | null;
  /** What of vCenter and storage has to hold for an upgrade; nothing for a simulated one. */
  checks(needs: UpgradeNeeds): readonly Promise<Check>[];
  /** Whether work goes on that only this connection knows of. */
  isBusy(): boolean;
  /** Logs out where there was a login. */
  close(): Promise<void>;
}

/** What the console is told of the cluster when it is started. */
export interface ClusterSettings {
  /** Of the simulated cluster. */
  readonly simulatorUrl: string | undefined;
  /** A site; beside a simulated cluster only its vCenter and the storage of its cluster are used. */
  readonly site: SiteSettings | undefined;
}

/** Connects when it is first needed. Without a cluster every call of its ports fails with CLUSTER_NOT_CONNECTED. */
export function connectCluster(
  { simulatorUrl, site: settings }: ClusterSettings,
  surroundings: SiteSurroundings,
): ClusterConnection {
  const simulated = simulatorUrl === undefined ? {} : { ...connectSimulator(simulatorUrl), ...ofRealClusters };
  if (settings === undefined) {
    const close = (): Promise<void> => Promise.resolve();
    return {
      ...notConnected(),
      ...simulated,
      connected: simulatorUrl !== undefined,
      vcenterHost: null,
      checks: () => [],
      isBusy: () => false,
      close,
    };
  }
  const site = connectSite(settings, surroundings);
  const {
    vcenter,
    storage,
    cluster,
    providers,
    survey,
    storedVersions,
    declared,
    events,
    objects,
    rehearsals,
    issueKubeconfig,
    manifests,
    host,
  } = site;
  return {
    connected: true,
    simulated: false,
    cluster,
    providers,
    survey,
    events,
    objects,
    rehearsals,
    issueKubeconfig,
    manifests,
    storedVersions,
    declared,
    ...simulated,
    vcenter,
    storage,
    vcenterHost: host,
    // Beside a simulated cluster the real one has no part in the upgrade.
    checks: (needs) => [...site.checks(needs), ...(simulatorUrl === undefined ? site.clusterChecks(needs) : [])],
    isBusy: () => site.isBusy(),
    close: () => site.close(),
  };
}

function refuseSimulated(what: string): () => Promise<never> {
  return () => Promise.reject(new SealiftError('CLUSTER_SIMULATED', { values: { what } }));
}

const noObjects: ObjectsPort = {
  all: () =>
    Promise.resolve([{ record: 'omitted', what: 'objects of the cluster', why: 'it is a simulation, and has none' }]),
};

/** What a simulation does not have. */
const ofRealClusters = {
  objects: noObjects,
  rehearsals: {
    lacking: refuseSimulated('etcd that could be copied'),
    clusterNow: refuseSimulated('etcd that could be copied'),
    rehearse: refuseSimulated('etcd that could be copied'),
  },
  issueKubeconfig: refuseSimulated('kubeconfig'),
  manifests: { render: refuseSimulated('API that charts are rendered for') },
};

function notConnected() {
  const refuse = (): Promise<never> => Promise.reject(new SealiftError('CLUSTER_NOT_CONNECTED'));
  return {
    simulated: false as const,
    survey: { look: refuse, examine: refuse, record: refuse },
    vcenter: { findTemplate: refuse, importTemplate: refuse, markTemplate: refuse },
    storage: { identity: refuse, repairIdentity: refuse },
    providers: { status: refuse, apply: refuse },
    events: { latest: refuse },
    objects: { all: refuse },
    rehearsals: { lacking: refuse, clusterNow: refuse, rehearse: refuse },
    issueKubeconfig: refuse,
    manifests: { render: refuse },
    storedVersions: { stale: refuse, rewrite: refuse },
    declared: { find: refuse, standing: refuse, act: refuse },
    cluster: {
      nodes: refuse,
      rollout: refuse,
      setRollout: refuse,
      obstaclesToEmulation: refuse,
      layers: refuse,
      applyLayer: refuse,
      removeLayer: refuse,
    },
  };
}
