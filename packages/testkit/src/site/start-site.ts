import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VCenter } from '../vcenter.ts';
import { waitUntil } from '../wait-until.ts';
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
import { type SiteParts, startParts } from './site-parts.ts';

export interface SiteOptions {
  /** Of Kubernetes, with its `v`; by default the older of `siteVersions`. */
  readonly version?: string;
  readonly controlPlanes?: number;
  readonly workers?: number;
  /** Ready Nodes besides, without a machine behind them. */
  readonly kwokNodes?: number;
  readonly clusterName?: string;
  readonly namespace?: string;
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
  const { controlPlanes = 3, workers = 3, kwokNodes = 0 } = options;
  return guarded(async (opened, folder) => {
    const ports = opened.add(await PortBlock.claim(), (one) => one.release());
    const parts = await startParts(opened, { folder, ports, clusterName, namespace });
    const described = { format: 1, firstPort: ports.first, version, clusterName, namespace } as const;
    const description = await describe(parts, { ...described, controlPlanes, workers });
    if (namespace !== 'default') await parts.api.create('/api/v1/namespaces', { metadata: { name: namespace } });
    const provider = await startProvider(opened, parts, { folder, namespace, joined: [] });
    for (const { path, object } of clusterObjects(description)) await parts.api.create(path, object);
    const site = siteOf(opened, parts, provider, description, folder);
    await site.untilSettled();
    if (kwokNodes > 0) await site.controls.addNodes(kwokNodes);
    return {
      site,
      async save(to) {
        const saved = {
          ...described,
          controlPlanes: parts.workload.machines.map(({ settings }) => settings),
          joined: provider.joined,
        };
        await save(to, saved, { opened, parts, provider, folder });
      },
    };
  });
}

async function resumeSite(from: string): Promise<Site> {
  const saved = await readSite(from);
  const { clusterName, namespace, version } = saved;
  return guarded(async (opened, folder) => {
    const ports = opened.add(await PortBlock.claimAt(saved.firstPort), (one) => one.release());
    await copyWorkload(from, join(folder, 'workload'));
    const managementFrom = managementIn(from);
    const parts = await startParts(opened, { folder, ports, clusterName, namespace, managementFrom });
    for (const settings of saved.controlPlanes) parts.workload.resumeMachine(settings);
    const description = await describe(parts, { ...saved, controlPlanes: 0, workers: 0 });
    await restoreMachines(parts, description);
    await waitUntil('the control plane to serve', () => parts.workload.startServices(), 120_000);
    const provider = await startProvider(opened, parts, { folder, namespace, joined: saved.joined });
    const site = siteOf(opened, parts, provider, { ...description, version }, folder);
    await site.untilSettled();
    return site;
  });
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
  { vcenter, api, folder, workload }: SiteParts,
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
  { api, workload, virtualMachines, folder }: SiteParts,
  options: { readonly folder: string; readonly namespace: string; readonly joined: readonly string[] },
): Promise<MachineProvider> {
  const { namespace } = options;
  const work = { management: api, workload, virtualMachines, namespace, folder, controls: { creationPaused: false } };
  return opened.add(await MachineProvider.start(work, options), (one) => one.stop());
}

/** The simulator forgets everything when it ends: the machines are made again, with the identity by which their objects know them. */
async function restoreMachines(
  { api, virtualMachines, folder }: SiteParts,
  description: ClusterDescription,
): Promise<void> {
  const { namespace, name, providerVersion, vcenter } = description;
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

function siteOf(
  opened: Opened,
  parts: SiteParts,
  provider: MachineProvider,
  description: ClusterDescription,
  folder: string,
): Site {
  const { vcenter, management, workload, api } = parts;
  const { namespace, name: clusterName, version } = description;
  const at = { management: api, namespace, clusterName };
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
      await api.create(path, object);
      return machineTemplateName(clusterName, role, version);
    },
    async untilSettled(timeoutMs) {
      await untilControlPlaneSettled(at, timeoutMs);
      await untilWorkersSettled(at, timeoutMs);
    },
    controls: controlsOf(provider.site, version),
    logs: [folder, join(folder, 'workload'), join(management.folder, 'logs')],
    stop: () => opened.close(),
  };
}

/** A copy of what is at rest: the provider ends first, then the managers, then what they look at. */
async function save(
  to: string,
  saved: SavedSite,
  {
    opened,
    parts,
    provider,
    folder,
  }: {
    readonly opened: Opened;
    readonly parts: SiteParts;
    readonly provider: MachineProvider;
    readonly folder: string;
  },
): Promise<void> {
  try {
    await provider.stop();
    await saveSite(to, saved, {
      keepManagement: (keep) => parts.management.stop({ keep }),
      async workloadFolder() {
        await parts.workload.stop({ keep: true });
        return join(folder, 'workload');
      },
    });
  } finally {
    await opened.close();
  }
}
