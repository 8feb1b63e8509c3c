import { SealiftError } from '@sealift/core/errors';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import { type MachineTemplate, makesFullClones } from '@sealift/kubernetes/machine-templates';
import type { Objects } from '@sealift/kubernetes/objects';
import type { ManagedOwner } from '@sealift/kubernetes/rollout-owner';
import {
  classOf,
  controlPlanePatch,
  heldByOthers,
  poolPatch,
  type Topology,
  type VariablePlace,
} from '@sealift/kubernetes/topology';
import { hookAll, inFormOf } from './ask.ts';
import { isSettled } from './gate.ts';
import { planAnnotation, printPlan } from './plan.ts';
import { type OwnerView, viewsOf } from './view.ts';

/**
 * Asks the topology of a Cluster for a version and a template of one of its parts. Both are one change of the Cluster, and nothing moves in
 * it: so its controller passes on both in one change too, and machines are replaced once. Pools of workers are kept at their version until
 * they are asked themselves, since they would follow the control plane with the version alone. Cut anywhere, it is done again from its beginning.
 *
 * @param template that the owner names
 * @param path of the VM template, which was proved
 * @throws CLUSTER_CLASS_MANAGED where the class does not let the template be chosen; CLUSTER_TOPOLOGY_BUSY while anything moves;
 *   KUBERNETES_CONFLICT where somebody changed the Cluster or the owner since it was read; KUBERNETES_…
 */
export async function askTopology(
  objects: Objects,
  state: ClusterState,
  { view, managed, template }: { view: OwnerView; managed: ManagedOwner; template: MachineTemplate | undefined },
  { path, version }: { readonly path: string; readonly version: string },
  cancel: AbortSignal,
): Promise<void> {
  const { owner, machines, sets } = view;
  const { cluster } = state;
  const { topology } = cluster;
  if (topology === undefined) throw new TypeError(`${cluster.name} has no topology`);
  refuseBusy(state);
  const place = placeOf(state, topology, managed, template);
  await hookAll(objects, machines, cancel);
  const asked = inFormOf(topology.version, version);
  // Nobody knows yet how the machine template will be called. Until the version is passed on, the plan is for what is not so.
  const plan = printPlan(
    owner,
    { version: asked, template: null },
    { machines: machines.map(({ machine }) => machine), sets },
  );
  const { resourceVersion } = owner;
  const metadata = { resourceVersion, annotations: { [planAnnotation]: plan } };
  if (owner.annotations[planAnnotation] !== plan) await objects.mergePatch(owner.ref, { metadata }, cancel);
  const patch =
    managed.pool === undefined
      ? controlPlanePatch(topology, { version: asked, place, text: path })
      : poolPatch(topology, managed.pool, { place, text: path });
  const body = { metadata: { resourceVersion: cluster.resourceVersion }, spec: { topology: patch } };
  await objects.mergePatch(cluster.ref, body, cancel);
}

/** Where something moves, its controller may pass on a template at once and the version later. */
function refuseBusy(state: ClusterState): void {
  const views = [...viewsOf(state, 'control-plane'), ...viewsOf(state, 'workers')];
  const moving = views.find((view) => !isSettled(view));
  if (moving === undefined) return;
  const { kind, name } = moving.owner;
  const values = { cluster: state.cluster.name, reason: `${kind} ${name} is not settled` };
  throw new SealiftError('CLUSTER_TOPOLOGY_BUSY', { values });
}

/** The place in the variables of the topology that the template comes from. @throws CLUSTER_CLASS_MANAGED */
function placeOf(
  { cluster }: ClusterState,
  topology: Topology,
  managed: ManagedOwner,
  template: MachineTemplate | undefined,
): VariablePlace {
  const reason = topologyRefusal(topology, managed, template);
  if (reason === undefined && managed.source.from === 'variable') return managed.source.place;
  const values = { cluster: cluster.name, class: classOf(topology).name, reason: reason ?? '' };
  throw new SealiftError('CLUSTER_CLASS_MANAGED', { values });
}

/** Why a part of a topology can't be asked for a version and a template; undefined where it can. */
export function topologyRefusal(
  topology: Topology,
  { source, template: asked }: ManagedOwner,
  template: MachineTemplate | undefined,
): string | undefined {
  if (source.from === 'elsewhere') return source.reason;
  if (asked === undefined) {
    return `its variable ${[source.place.name, ...source.place.fields].join('.')} has no text in the topology`;
  }
  if ((topology.workers?.machinePools ?? []).length > 0) {
    return 'its MachinePools would follow the control plane by themselves';
  }
  const held = heldByOthers(topology);
  if (held !== undefined) return held;
  return template === undefined || makesFullClones(template)
    ? undefined
    : 'its machine templates make linked clones, whose disks have the size of the image (cloneMode)';
}
