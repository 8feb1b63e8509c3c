import { SealiftError } from '@sealift/core/errors';
import { clusterNameIn, isDefaultForm } from './cluster-id.ts';
import { type CnsState, type DriverConfig, effectiveId, isShared, ownVolumes, podAnnotation } from './state.ts';
import type { ObjectName, WorkloadName } from './cluster.ts';
import type { CnsVolume } from '@sealift/vsphere/cns-volumes';

/** One effect of a repair. Each can be done again at any time and ends in the same state. */
export type RepairStep =
  /** Keeps the new id and the former ones in the cluster, so that a later run goes on with them. */
  | { readonly kind: 'record'; readonly previous: readonly string[]; readonly clusterName: string }
  | { readonly kind: 'cloud-config'; readonly config: DriverConfig }
  | { readonly kind: 'driver-config'; readonly config: DriverConfig }
  | { readonly kind: 'restart'; readonly workload: WorkloadName }
  | { readonly kind: 'volume'; readonly volume: CnsVolume; readonly from: readonly string[] };

export interface RepairPlan {
  /** The id that everything is to have; undefined when a new one is still to be made. */
  readonly target: string | undefined;
  /** Ids that the cluster's volumes are taken away from. */
  readonly previous: readonly string[];
  /** What is still to be done, in this order; nothing when all is well. */
  readonly steps: readonly RepairStep[];
}

/**
 * What has to be done so that the cluster, its driver and its volumes have one cluster-id that is theirs alone.
 *
 * The order makes every state in between safe: the driver gets its new id and is started anew before the first volume is moved,
 * because a driver that still had the former id would take the moved volumes for lost and register them under it again; and a
 * driver with the new id does nothing to volumes that still have only the former one.
 *
 * @throws CNS_ID_IMMUTABLE when something that can't be changed says otherwise
 */
export function planRepair(state: CnsState): RepairPlan {
  const plan = wantedPlan(state);
  refuseImmutable(state, plan);
  return plan;
}

/** The plan, whether or not everything in it can be changed. */
export function wantedPlan(state: CnsState): RepairPlan {
  const target = targetOf(state);
  const previous = previousOf(state, target);
  const steps: RepairStep[] = [];
  if (target === undefined) {
    const clusterName = clusterNameIn(effectiveId(state) ?? '');
    steps.push({ kind: 'record', previous, clusterName });
  }
  const { cloudConfig, driverConfig, record, workloads } = state;
  if (cloudConfig?.clusterId !== undefined && cloudConfig.clusterId !== target) {
    steps.push({ kind: 'cloud-config', config: cloudConfig });
  }
  if (driverConfig.clusterId !== undefined && driverConfig.clusterId !== target) {
    steps.push({ kind: 'driver-config', config: driverConfig });
  }
  const moves = ownVolumes(state).flatMap((volume): readonly RepairStep[] => {
    const from = volume.clusterIds.filter((id) => previous.includes(id));
    return from.length === 0 ? [] : [{ kind: 'volume', volume, from }];
  });
  // Without a record the id is not new to the driver, so it has been started with it.
  const isChosen = target === undefined || record !== undefined;
  for (const { at, now } of isChosen ? workloads : []) {
    const isStarted = target !== undefined && now.annotations.get(podAnnotation) === target;
    // Only the controller talks to vCenter; the pods on the nodes need not be gone, nor can they be from a node that is down.
    const isPending = at.kind === 'Deployment' && !now.settled;
    if (!isStarted || (moves.length > 0 && isPending)) steps.push({ kind: 'restart', workload: at });
  }
  steps.push(...moves);
  return { target, previous, steps };
}

/** The id that was chosen, else the present one; an id that another cluster has too is nobody's target, whatever its form. */
function targetOf(state: CnsState): string | undefined {
  const wanted = state.record?.clusterId ?? effectiveId(state);
  if (wanted === undefined || isShared(state, wanted)) return undefined;
  return state.record === undefined && isDefaultForm(wanted) ? undefined : wanted;
}

/** Ids of old installations and shared ones; another one that is not the target belongs to somebody else or was chosen on purpose. */
function previousOf(state: CnsState, target: string | undefined): readonly string[] {
  const { record } = state;
  const found = [
    ...(record?.previous ?? []),
    ...[record?.clusterId, state.driverConfig.clusterId, state.cloudConfig?.clusterId].filter(
      (id) => id !== undefined && (record !== undefined || isDefaultForm(id) || isShared(state, id)),
    ),
  ];
  return [...new Set(found)].filter((id): id is string => id !== undefined && id !== target);
}

function refuseImmutable(state: CnsState, { target, steps }: RepairPlan): void {
  const { generated, driverConfig } = state;
  // The driver takes the generated id, or refuses to start when its configuration names one as well.
  if (generated !== undefined && generated.clusterId !== target) {
    throw immutable(generated.at, generated.clusterId, target ?? driverConfig.clusterId ?? 'a new one');
  }
  for (const step of steps) {
    if ((step.kind === 'cloud-config' || step.kind === 'driver-config') && step.config.immutable) {
      throw immutable(step.config.at, step.config.clusterId ?? 'none', target ?? 'a new one');
    }
  }
}

function immutable({ namespace, name }: ObjectName, kept: string, wanted: string): SealiftError {
  return new SealiftError('CNS_ID_IMMUTABLE', { values: { object: `${namespace}/${name}`, kept, wanted } });
}
