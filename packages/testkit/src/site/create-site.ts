import type { MachineProvider } from './machines/provider.ts';
import { guarded, type Opened } from './opened.ts';
import { PortBlock } from './port-block.ts';
import { siteVersions } from './programs.ts';
import { type SavedSite, saveSite } from './saved-site.ts';
import { moveObjects } from './self-managed/move-objects.ts';
import { startOwnManagement } from './self-managed/own-management.ts';
import { type Site, siteOf, untilSettled } from './site.ts';
import { type ClusterDescription, clusterObjects } from './site-objects.ts';
import type { SiteOptions } from './site-options.ts';
import { topologyObjects } from './topology-objects.ts';
import {
  describe,
  type ManagementSide,
  ownManagementIn,
  type SiteParts,
  startOtherManagement,
  startParts,
  startProvider,
  together,
  workloadIn,
} from './site-parts.ts';

export interface CreatedSite {
  readonly site: Site;
  /** Stops the site and saves it. */
  save(to: string): Promise<void>;
}

export async function createSite(options: SiteOptions): Promise<CreatedSite> {
  const { version = siteVersions.older, clusterName = 'enterprise', namespace = 'default' } = options;
  const { controlPlanes = 3, workers = 3, kwokNodes = 0 } = options;
  const { selfManaged = false, topology = false, ownMinors = false } = options;
  if (topology && selfManaged) throw new Error('a cluster that a ClusterClass manages is not moved into itself here');
  const nodeImages = [...(options.nodeImages ?? Object.values(siteVersions))];
  return guarded(async (opened, folder) => {
    const ports = opened.add(await PortBlock.claim(), (one) => one.release());
    const wanted = { folder, ports, clusterName, namespace, nodeImages, ownMinors };
    const [parts, other] = await together(startParts(opened, wanted), startOtherManagement(opened, ports));
    const description = await describe(parts, other, { clusterName, namespace, version, controlPlanes, workers });
    await ensureNamespace(other, namespace);
    const first = await startProvider(opened, parts, other, { folder, namespace, joined: [] });
    for (const { path, object } of topology ? topologyObjects(description) : clusterObjects(description))
      await other.api.create(path, object);
    await untilSettled(other, description);
    const [management, provider] = selfManaged
      ? await moveInto(opened, parts, { other, first, description, ports, folder })
      : ([other, first] as const);
    const site = siteOf(opened, parts, { management, provider, description, folder });
    await site.untilSettled();
    if (kwokNodes > 0) await site.controls.addNodes(kwokNodes);
    return {
      site,
      save: (to) => {
        const machines = parts.workload.machines.map(({ settings }) => settings);
        const cluster = { firstPort: ports.first, version, clusterName, namespace, selfManaged, ownMinors, nodeImages };
        const saved = { format: 1 as const, ...cluster, controlPlanes: machines, joined: provider.joined };
        return save(to, saved, { opened, parts, management, provider, folder });
      },
    };
  });
}

/** Makes the cluster manage itself: Cluster API starts in it, its objects move there, and the management cluster is ended. */
async function moveInto(
  opened: Opened,
  parts: SiteParts,
  from: {
    readonly other: ManagementSide;
    readonly first: MachineProvider;
    readonly description: ClusterDescription;
    readonly ports: PortBlock;
    readonly folder: string;
  },
): Promise<readonly [ManagementSide, MachineProvider]> {
  const { other, first, description, ports, folder } = from;
  const { namespace, name: clusterName, providerVersion } = description;
  const { workload } = parts;
  const own = await startOwnManagement(opened, { workload, ports, folder: ownManagementIn(folder) });
  await first.stop();
  await ensureNamespace(own, namespace);
  await moveObjects(other.api, own.api, { namespace, clusterName, providerVersion });
  await other.stop();
  const provider = await startProvider(opened, parts, own, { folder, namespace, joined: first.joined });
  return [own, provider];
}

/** A copy of what is at rest: the provider ends first, then the managers, then what they look at. */
async function save(
  to: string,
  saved: SavedSite,
  site: {
    readonly opened: Opened;
    readonly parts: SiteParts;
    readonly management: ManagementSide;
    readonly provider: MachineProvider;
    readonly folder: string;
  },
): Promise<void> {
  try {
    await site.provider.stop();
    await saveSite(to, saved, {
      keepManagement: (keep) => site.management.keep(keep),
      async workloadFolder() {
        await site.parts.workload.stop({ keep: true });
        return workloadIn(site.folder);
      },
    });
  } finally {
    await site.opened.close();
  }
}

async function ensureNamespace({ api }: ManagementSide, namespace: string): Promise<void> {
  if (namespace !== 'default') await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
}
