import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VCenter } from '../vcenter.ts';
import { untilControlPlaneSettled, untilWorkersSettled } from './cluster-state.ts';
import { controlsOf, type SiteControls } from './controls.ts';
import { readContract } from './machines/contract.ts';
import { MachineProvider } from './machines/provider.ts';
import type { VSphereMachine } from './machines/vsphere-machine.ts';
import { Opened } from './opened.ts';
import { PortBlock } from './port-block.ts';
import { siteVersions } from './programs.ts';
import { copyWorkload, managementIn, readSite, type SavedSite, saveSite } from './saved-site.ts';
import {
  type ClusterDescription,
  clusterObjects,
  machineTemplate,
  machineTemplateName,
  type Role,
  templatePath,
} from './site-objects.ts';
import { moveObjects } from './self-managed/move-objects.ts';
import { startOwnManagement } from './self-managed/own-management.ts';
import {
  type ManagementSide,
  type SiteParts,
  startOtherManagement,
  startParts,
  together,
  workloadIn,
} from './site-parts.ts';

export interface SiteOptions {
  /** Of Kubernetes, with its `v`; by default the older of `siteVersions`. */
  readonly version?: string;
  readonly controlPlanes?: number;
  readonly workers?: number;
  /** Ready Nodes besides, without a machine behind them. */
  readonly kwokNodes?: number;
  readonly clusterName?: string;
  readonly namespace?: string;
  /** Whether the cluster holds its own Cluster API objects and their controllers; by default a management cluster beside it does. */
  readonly selfManaged?: boolean;
  /** Where to save the site once it is up, for `from`. */
  readonly saveTo?: string;
  /** A saved site to go on with, in seconds instead of minutes; the other options are then as they were. */
  readonly from?: string;
}

/** A real site: a simulated vCenter, a management cluster with Cluster API, and the cluster that they made, all on loopback. */
export interface Site {
  readonly vcenter: VCenter;
  readonly management: { readonly kubeconfig: string };
  readonly workload: { readonly kubeconfig: string };
  /** Of the Cluster API objects. */
  readonly namespace: string;
  readonly clusterName: string;
  /** Of Kubernetes, when the site was made. */
  readonly version: string;
  /** Full inventory path in vCenter of the node image of a version. */
  templateOf(version: string): string;
  /** Makes the machine template (VSphereMachineTemplate) of a role and version, unless it is there, and returns its name. */
  makeMachineTemplate(role: Role, version: string): Promise<string>;
  /** Resolves when every machine of both roles is what is asked for. @throws Error with what the controllers say */
  untilSettled(timeoutMs?: number): Promise<void>;
  readonly controls: SiteControls;
  /** Folders with the programs' logs. */
  readonly logs: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts a whole site and waits until it is up: about two minutes on an idle machine with two cores and 3 GB of free memory, or some
 * seconds from a saved one. Needs the peers of `sitePeers()`. All of it ends with this process, however this one ends.
 *
 * @throws Error with what the controllers say, when it does not come up; nothing runs then
 */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  if (options.from !== undefined) return resumeSite(options.from);
  const created = await createSite(options);
  if (options.saveTo === undefined) return created.site;
  await created.save(options.saveTo);
  return resumeSite(options.saveTo);
}

interface CreatedSite {
  readonly site: Site;
  /** Stops the site and saves it. */
  save(to: string): Promise<void>;
}

async function createSite(options: SiteOptions): Promise<CreatedSite> {
  const { version = siteVersions.older, clusterName = 'enterprise', namespace = 'default' } = options;
  const { controlPlanes = 3, workers = 3, kwokNodes = 0, selfManaged = false } = options;
  return guarded(async (opened, folder) => {
    const ports = opened.add(await PortBlock.claim(), (one) => one.release());
    const wanted = { folder, ports, clusterName, namespace };
    const [parts, other] = await together(startParts(opened, wanted), startOtherManagement(opened, ports));
    const description = await describe(parts, other, { clusterName, namespace, version, controlPlanes, workers });
    await ensureNamespace(other, namespace);
    const first = await startProvider(opened, parts, other, { folder, namespace, joined: [] });
    for (const { path, object } of clusterObjects(description)) await other.api.create(path, object);
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
        const cluster = { firstPort: ports.first, version, clusterName, namespace, selfManaged };
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

async function resumeSite(from: string): Promise<Site> {
  const saved = await readSite(from);
  const { clusterName, namespace, controlPlanes: machines, selfManaged, joined } = saved;
  return guarded(async (opened, folder) => {
    const ports = opened.add(await PortBlock.claimAt(saved.firstPort), (one) => one.release());
    await copyWorkload(from, workloadIn(folder));
    const starting = startParts(opened, { folder, ports, clusterName, namespace, machines });
    const startManagement = async (): Promise<ManagementSide> => {
      if (!selfManaged) return startOtherManagement(opened, ports, managementIn(from));
      const { workload } = await starting;
      await cp(managementIn(from), ownManagementIn(folder), { recursive: true });
      return startOwnManagement(opened, { workload, ports, folder: ownManagementIn(folder) });
    };
    const [parts, management] = await together(starting, startManagement());
    const description = await describe(parts, management, { ...saved, controlPlanes: 0, workers: 0 });
    await restoreMachines(parts, management, description);
    const provider = await startProvider(opened, parts, management, { folder, namespace, joined });
    const site = siteOf(opened, parts, { management, provider, description, folder });
    await site.untilSettled();
    return site;
  });
}

/** Where a self-managed cluster's Cluster API works below a site's folder. */
function ownManagementIn(folder: string): string {
  return join(folder, 'cluster-api');
}

async function ensureNamespace({ api }: ManagementSide, namespace: string): Promise<void> {
  if (namespace !== 'default') await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
}

/** Runs a start with a folder of its own; when it fails, everything that it began is ended. */
async function guarded<Result>(start: (opened: Opened, folder: string) => Promise<Result>): Promise<Result> {
  const opened = new Opened();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-site-'));
    opened.add(folder, (path) => rm(path, { recursive: true, force: true }));
    return await start(opened, folder);
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function describe(
  { vcenter, folder, workload }: SiteParts,
  { api }: ManagementSide,
  cluster: Pick<SavedSite, 'clusterName' | 'namespace' | 'version'> & {
    readonly controlPlanes: number;
    readonly workers: number;
  },
): Promise<ClusterDescription> {
  const providerVersion = (await readContract(api)).api.split('/').at(-1) ?? '';
  const { clusterName: name, namespace, version, controlPlanes, workers } = cluster;
  const endpointPort = Number(new URL(workload.server).port);
  return { name, namespace, version, controlPlanes, workers, endpointPort, folder, vcenter, providerVersion };
}

async function startProvider(
  opened: Opened,
  { workload, virtualMachines, folder }: SiteParts,
  { api }: ManagementSide,
  options: { readonly folder: string; readonly namespace: string; readonly joined: readonly string[] },
): Promise<MachineProvider> {
  const { namespace } = options;
  const work = {
    management: api,
    workload,
    virtualMachines,
    namespace,
    folder,
    controls: { creationPaused: false },
  };
  return opened.add(await MachineProvider.start(work, options), (one) => one.stop());
}

/** The simulator forgets everything when it ends: the machines are made again, with the identity by which their objects know them. */
async function restoreMachines(
  { virtualMachines, folder }: SiteParts,
  { api }: ManagementSide,
  { namespace, name, providerVersion, vcenter }: ClusterDescription,
): Promise<void> {
  const provider = `/apis/infrastructure.cluster.x-k8s.io/${providerVersion}/namespaces/${namespace}`;
  for (const { metadata, spec } of await api.list<VSphereMachine>(`${provider}/vspheremachines`)) {
    if (spec.providerID === undefined) continue;
    const { template, resourcePool, datastore } = spec;
    const request = { name: metadata.name, folder: spec.folder ?? folder, template, resourcePool, datastore };
    await virtualMachines.restore(request, spec.providerID.replace(/^vsphere:\/\//, ''));
  }
  const address = { server: new URL(vcenter.url).host, thumbprint: vcenter.thumbprintSha1 };
  await api.merge(`${provider}/vsphereclusters/${name}`, { spec: address });
}

async function untilSettled(
  { api }: ManagementSide,
  { namespace, name }: ClusterDescription,
  timeoutMs?: number,
): Promise<void> {
  const at = { management: api, namespace, clusterName: name };
  await untilControlPlaneSettled(at, timeoutMs);
  await untilWorkersSettled(at, timeoutMs);
}

function siteOf(
  opened: Opened,
  { vcenter, workload }: SiteParts,
  running: {
    readonly management: ManagementSide;
    readonly provider: MachineProvider;
    readonly description: ClusterDescription;
    readonly folder: string;
  },
): Site {
  const { management, provider, description, folder } = running;
  const { namespace, name: clusterName, version } = description;
  return {
    vcenter,
    management: { kubeconfig: management.kubeconfig },
    workload: { kubeconfig: workload.kubeconfig },
    namespace,
    clusterName,
    version,
    templateOf: templatePath,
    async makeMachineTemplate(role, version) {
      const { path, object } = machineTemplate(description, role, version);
      await management.api.create(path, object);
      return machineTemplateName(clusterName, role, version);
    },
    untilSettled: (timeoutMs) => untilSettled(management, description, timeoutMs),
    controls: controlsOf(provider.site, version),
    logs: [folder, workloadIn(folder), management.logs],
    stop: () => opened.close(),
  };
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
