import type { VCenter } from '../vcenter.ts';
import { untilControlPlaneSettled, untilWorkersSettled } from './cluster-state.ts';
import { controlsOf, type SiteControls } from './controls.ts';
import type { MachineProvider } from './machines/provider.ts';
import type { Opened } from './opened.ts';
import {
  type ClusterDescription,
  machineTemplate,
  machineTemplateName,
  type Role,
  templatePath,
} from './site-objects.ts';
import { type ManagementSide, type SiteParts, workloadIn } from './site-parts.ts';

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
  /** Folders with the programs' logs; the first is the site's own. */
  readonly logs: readonly string[];
  stop(): Promise<void>;
}

export function siteOf(
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
    controls: controlsOf(provider.scope, version),
    logs: [folder, workloadIn(folder), management.logs],
    stop: () => opened.close(),
  };
}

export async function untilSettled(
  { api }: ManagementSide,
  { namespace, name }: ClusterDescription,
  timeoutMs?: number,
): Promise<void> {
  const at = { management: api, namespace, clusterName: name };
  await untilControlPlaneSettled(at, timeoutMs);
  await untilWorkersSettled(at, timeoutMs);
}
