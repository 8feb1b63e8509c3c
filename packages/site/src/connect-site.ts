import type { Check } from '@sealift/core/check';
import type { ClusterPort } from '@sealift/upgrade/ports/cluster';
import type { DeclaredPort } from '@sealift/upgrade/ports/declared';
import type { EventsPort } from '@sealift/upgrade/ports/events';
import type { ManifestsPort } from '@sealift/upgrade/ports/manifests';
import type { ObjectsPort } from '@sealift/upgrade/ports/objects';
import type { ProvidersPort } from '@sealift/upgrade/ports/providers';
import type { RehearsalsPort } from '@sealift/upgrade/ports/rehearsals';
import type { StoragePort } from '@sealift/upgrade/ports/storage';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import { providersCheck } from './cluster/providers/providers-check.ts';
import { providersPort } from './cluster/providers/providers-port.ts';
import type { StoredVersionsPort } from '@sealift/upgrade/ports/stored-versions';
import { RenderCache } from '@sealift/kubernetes/helm-render-cache';
import type { VCenterPort } from '@sealift/upgrade/ports/vcenter';
import { cloneRoomCheck } from './checks/clone-room/clone-room-check.ts';
import { componentImagesCheck } from './checks/component-images/component-images-check.ts';
import { pinnedEtcdChecks } from './checks/component-images/pinned-etcd-check.ts';
import { helmCheck } from './checks/helm-check.ts';
import { clusterChecks } from './checks/cluster/cluster-checks.ts';
import { apiVersionsCheck } from './checks/api-versions.ts';
import { kubeadmCheck } from './checks/kubeadm/kubeadm-check.ts';
import { rehearsalChecks } from './checks/rehearsal/rehearsal-check.ts';
import { layerChecks, type OpenLayerTools } from './checks/layers/layer-checks.ts';
import { renderChecks } from './checks/layers/render-checks.ts';
import { type UpgradeNeeds, vcenterChecks } from './checks/vcenter-checks.ts';
import { type IssuedKubeconfig, issueKubeconfig } from './cluster/access/issue-kubeconfig.ts';
import { clusterEvents } from './cluster/cluster-events.ts';
import { objectsPort } from './backup/objects-port.ts';
import { ClusterAccess } from './cluster/cluster-access.ts';
import type { Holder } from './cluster/layers/holder.ts';
import type { LayerSource, SiteFacts } from './cluster/layers/layer-tools.ts';
import { type LayersAccess, openTools } from './cluster/layers/layers-access.ts';
import { LayerRuns } from './cluster/layers/layer-runs.ts';
import { manifestsPort } from './cluster/layers/manifests-port.ts';
import { layersPort } from './cluster/layers/layers-port.ts';
import { topologyCheck } from './cluster/rollout/topology-check.ts';
import { vcenterTemplates } from './cluster/rollout/vcenter-templates.ts';
import { vcenterDisks } from './cluster/rollout/machine-disks.ts';
import { machinesAccounted } from './cluster/machines/accounted.ts';
import { clusterRollouts } from './cluster/rollouts.ts';
import { declaredPort } from './cluster/declared/declared-port.ts';
import { storedVersionsPort } from './cluster/stored-versions/stored-versions-port.ts';
import type { SiteSettings } from './settings.ts';
import { rehearsalsPort } from './shadow/rehearsals-port.ts';
import { StorageSides } from './storage/sides.ts';
import { storagePort } from './storage/storage-port.ts';
import { surveyPort } from './survey/survey-port.ts';
import { VcenterSession } from './vcenter/session.ts';
import { vcenterPort } from './vcenter/templates.ts';

/** A real site: its vCenter, the enterprise cluster, and the storage of that. */
export interface Site {
  readonly vcenter: VCenterPort;
  readonly storage: StoragePort;
  readonly cluster: ClusterPort;
  readonly providers: ProvidersPort;
  readonly survey: SurveyPort;
  readonly events: EventsPort;
  readonly storedVersions: StoredVersionsPort;
  readonly declared: DeclaredPort;
  readonly manifests: ManifestsPort;
  /** What a backup keeps of the clusters. */
  readonly objects: ObjectsPort;
  readonly rehearsals: RehearsalsPort;
  /** Of the vCenter. */
  readonly host: string;
  /** What of vCenter and storage has to hold for an upgrade, each looking now and changing nothing. */
  checks(needs: UpgradeNeeds): readonly Promise<Check>[];
  /** What of the enterprise cluster has to hold besides, likewise. */
  clusterChecks(needs: UpgradeNeeds): readonly Promise<Check>[];
  /** A kubeconfig of the enterprise cluster that ends after some hours. @throws KUBERNETES_… */
  readonly issueKubeconfig: (hours: number, cancel: AbortSignal) => Promise<IssuedKubeconfig>;
  /** Whether work on layers goes on that only this connection knows of. */
  isBusy(): boolean;
  /** Logs out where there was a login. */
  close(): Promise<void>;
}

/** What a site is given by the one who acts on it. */
export interface SiteSurroundings {
  /** Where packs come from. */
  readonly content: LayerSource;
  /** Where programs that releases bring are kept. */
  readonly toolsFolder?: string | undefined;
  /** Programs of the host that rehearsals start: `etcd`, `etcdutl`, and for each minor `<minor>/kube-apiserver`. */
  readonly rehearsalPrograms?: string | undefined;
  /** Who acts now. */
  readonly holder: () => Holder;
}

/** The adapters of a site behind the engine's ports; each connects when it is first needed. */
export function connectSite(
  settings: SiteSettings,
  { content, toolsFolder, rehearsalPrograms, holder }: SiteSurroundings,
): Site {
  const session = new VcenterSession(settings);
  const enterprise = new ClusterAccess(settings.enterprise);
  const { management: other } = settings;
  const management = other === undefined ? enterprise : new ClusterAccess(other);
  const sides = new StorageSides(session, enterprise);
  const objects = () => management.objects();
  const machines = { objects, vcenter: () => session.client(), cluster: settings.cluster };
  const runs = new LayerRuns();
  const vcenter = vcenterPort(session, settings);
  const layers: LayersAccess = {
    objects: () => enterprise.objects(),
    kubeconfig: enterprise.choice,
    content,
    toolsFolder,
    holder,
    facts: factsOf(settings),
    variables: settings.variables,
    imageRegistry: settings.imageRegistry,
  };
  const providers = { objects, content, holder };
  const rehearsals = rehearsalsPort({
    source: { enterprise: enterprise.choice, management: other, cluster: settings.cluster },
    enterprise: () => enterprise.objects(),
    programs: { content, programsFolder: rehearsalPrograms, toolsFolder },
  });
  return {
    vcenter,
    storage: storagePort(sides),
    cluster: {
      ...clusterRollouts({
        objects,
        enterprise: () => enterprise.objects(),
        templates: vcenterTemplates(session, settings),
        disks: vcenterDisks(session),
        cluster: settings.cluster,
      }),
      ...layersPort(layers, runs),
    },
    host: new URL(settings.url).host,
    providers: providersPort(providers),
    manifests: manifestsPort(layers),
    survey: surveyPort({ layers, management: objects, cluster: settings.cluster }),
    events: clusterEvents({
      enterprise: () => enterprise.objects(),
      management: other === undefined ? undefined : objects,
      cluster: settings.cluster,
    }),
    objects: objectsPort({
      enterprise: () => enterprise.objects(),
      management: other === undefined ? undefined : objects,
      template: (name, cancel) => vcenter.findTemplate(name, cancel),
    }),
    issueKubeconfig: async (hours, cancel) =>
      await issueKubeconfig({ objects: await enterprise.objects(), choice: enterprise.choice }, hours, cancel),
    rehearsals,
    declared: declaredPort(() => enterprise.objects()),
    storedVersions: storedVersionsPort((cancel, release) => openTools(layers, cancel, release)),
    checks: vcenterChecks(session, settings, sides),
    clusterChecks: (needs) => {
      const images = {
        objects,
        enterprise: () => enterprise.objects(),
        cluster: settings.cluster,
        imageRegistry: settings.imageRegistry,
      };
      const looked = { ...layers, renders: new RenderCache() };
      const tools: OpenLayerTools = (cancel) => openTools(looked, cancel, needs.releases.at(-1));
      return [
        machinesAccounted(machines),
        cloneRoomCheck({ ...machines, places: settings.places }, needs),
        componentImagesCheck(images, needs),
        ...pinnedEtcdChecks({ ...images, content }, needs),
        ...rehearsalChecks(rehearsals, needs),
        topologyCheck(machines, needs),
        kubeadmCheck(machines, needs),
        helmCheck(layers, needs),
        providersCheck(providers, needs),
        ...clusterChecks(
          { enterprise: () => enterprise.objects(), management: objects, cluster: settings.cluster },
          needs,
        ),
        ...layerChecks(tools, needs.layers, { takenOver: needs.takenOver }),
        ...renderChecks(tools, needs, settings.imageRegistry),
        apiVersionsCheck(tools, needs),
      ];
    },
    isBusy: () => runs.isBusy,
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
