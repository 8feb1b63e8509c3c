import type { Check } from '@sealift/core/check';
import type { ClusterPort } from '@sealift/upgrade/ports/cluster';
import type { ProvidersPort } from '@sealift/upgrade/ports/providers';
import type { StoragePort } from '@sealift/upgrade/ports/storage';
import type { VCenterPort } from '@sealift/upgrade/ports/vcenter';
import { helmCheck } from './checks/helm-check.ts';
import { layerChecks } from './checks/layer-checks.ts';
import { providersCheck, providersPort } from './cluster/providers.ts';
import { type UpgradeNeeds, vcenterChecks } from './checks/vcenter-checks.ts';
import { ClusterAccess } from './cluster/cluster-access.ts';
import type { Holder } from './cluster/layers/holder.ts';
import type { LayerSource, SiteFacts } from './cluster/layers/layer-tools.ts';
import { LayerRuns } from './cluster/layers/layer-runs.ts';
import { layersPort } from './cluster/layers/layers-port.ts';
import { vcenterTemplates } from './cluster/rollout/vcenter-templates.ts';
import { machinesAccounted } from './cluster/machines/accounted.ts';
import { clusterRollouts } from './cluster/rollouts.ts';
import type { SiteSettings } from './settings.ts';
import { StorageSides } from './storage/sides.ts';
import { storagePort } from './storage/storage-port.ts';
import { VcenterSession } from './vcenter/session.ts';
import { vcenterPort } from './vcenter/templates.ts';

/** A real site: its vCenter, the enterprise cluster, and the storage of that. */
export interface Site {
  readonly vcenter: VCenterPort;
  readonly storage: StoragePort;
  readonly cluster: ClusterPort;
  readonly providers: ProvidersPort;
  /** Of the vCenter. */
  readonly host: string;
  /** What of vCenter and storage has to hold for an upgrade, each looking now and changing nothing. */
  checks(needs: UpgradeNeeds): readonly Promise<Check>[];
  /** What of the enterprise cluster has to hold besides, likewise. */
  clusterChecks(needs: UpgradeNeeds): readonly Promise<Check>[];
  /** Logs out where there was a login. */
  close(): Promise<void>;
}

/** What a site is given by the one who acts on it. */
export interface SiteSurroundings {
  /** Where packs come from. */
  readonly content: LayerSource;
  /** Where programs that releases bring are kept. */
  readonly toolsFolder?: string | undefined;
  /** Who acts now. */
  readonly holder: () => Holder;
}

/** The adapters of a site behind the engine's ports; each connects when it is first needed. */
export function connectSite(settings: SiteSettings, { content, toolsFolder, holder }: SiteSurroundings): Site {
  const session = new VcenterSession(settings);
  const enterprise = new ClusterAccess(settings.kubeconfig);
  const other = settings.managementKubeconfig;
  const management = other === undefined ? enterprise : new ClusterAccess(other);
  const sides = new StorageSides(session, enterprise);
  const { kubeconfig } = enterprise;
  const objects = () => management.objects();
  const machines = { objects, vcenter: () => session.client(), cluster: settings.cluster };
  const runs = new LayerRuns();
  const layers = {
    objects: () => enterprise.objects(),
    kubeconfig,
    content,
    toolsFolder,
    holder,
    facts: factsOf(settings),
    variablesFile: settings.variablesFile,
    imageRegistry: settings.imageRegistry,
  };
  return {
    vcenter: vcenterPort(session, settings),
    storage: storagePort(sides),
    cluster: {
      ...clusterRollouts({
        objects,
        templates: vcenterTemplates(session, settings),
        cluster: settings.cluster,
      }),
      ...layersPort(layers, runs),
    },
    host: new URL(settings.url).host,
    providers: providersPort,
    checks: vcenterChecks(session, settings, sides),
    clusterChecks: (needs) => [
      machinesAccounted(machines),
      helmCheck(layers, needs),
      providersCheck(needs),
      ...layerChecks(layers, needs),
    ],
    async close() {
      await runs.close();
      await Promise.all([enterprise.close(), management.close(), session.close()]);
    },
  };
}

/** What macros of packs may refer to. */
function factsOf({ cluster }: SiteSettings): Partial<SiteFacts> {
  return cluster === undefined ? {} : { system: { 'cluster.name': cluster.name } };
}
