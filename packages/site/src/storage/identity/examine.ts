import { isUniqueByForm } from './cluster-id.ts';
import { planRepair, type RepairPlan } from './plan.ts';
import { type CnsState, effectiveId, ownVolumes } from './state.ts';
import type { CnsVolume } from '@sealift/vsphere/cns-volumes';

/**
 * - `unique`: nobody else has the cluster-id.
 * - `shared`: volumes of another cluster have it too.
 * - `default`: it is the id that every installation of that time got, though nobody else was found with it.
 * - `unfinished`: an id was chosen, and not everything has it yet.
 */
export type IdentityVerdict = 'unique' | 'shared' | 'default' | 'unfinished';

/** A volume under the cluster-id that belongs to no PersistentVolume of this cluster. */
export interface Stranger {
  readonly id: string;
  readonly name: string;
  /** What it says that it belongs to, as `PERSISTENT_VOLUME pvc-1`; nothing for a volume that nobody claims. */
  readonly claimedBy: readonly string[];
}

/** What a check found, as data. */
export interface IdentityReport {
  readonly clusterId: string | undefined;
  readonly verdict: IdentityVerdict;
  readonly message: string;
  /** Volumes of this cluster that are registered under the id. */
  readonly ownVolumes: number;
  readonly strangers: readonly Stranger[];
  /** PersistentVolumes whose volume CNS does not know. */
  readonly unknownToVcenter: readonly { readonly name: string; readonly volumeHandle: string }[];
  /** Volumes of this cluster under ids that are neither its present nor a former one; they are left alone. */
  readonly underOtherIds: readonly { readonly id: string; readonly clusterIds: readonly string[] }[];
  readonly plan: RepairPlan;
}

/** Judges the state; changes and asks nothing. @throws CNS_ID_IMMUTABLE as `planRepair` */
export function examine(state: CnsState): IdentityReport {
  const clusterId = effectiveId(state);
  const own = ownVolumes(state);
  const ownIds = new Set(own.map(({ id }) => id));
  const plan = planRepair(state);
  const strangers = state.volumes
    .filter((volume) => clusterId !== undefined && volume.clusterIds.includes(clusterId) && !ownIds.has(volume.id))
    .map((volume) => strangerOf(volume, clusterId));
  const known = new Set([
    ...plan.previous,
    ...(clusterId === undefined ? [] : [clusterId]),
    ...(plan.target === undefined ? [] : [plan.target]),
  ]);
  const verdict = judge(state, plan, strangers);
  return {
    clusterId,
    verdict,
    message: describe(verdict, clusterId, strangers),
    ownVolumes: own.filter((volume) => clusterId !== undefined && volume.clusterIds.includes(clusterId)).length,
    strangers,
    unknownToVcenter: state.persistentVolumes
      .filter(({ volumeHandle }) => !ownIds.has(volumeHandle))
      .map(({ name, volumeHandle }) => ({ name, volumeHandle })),
    underOtherIds: own
      .filter((volume) => !volume.clusterIds.some((id) => known.has(id)))
      .map(({ id, clusterIds }) => ({ id, clusterIds })),
    plan,
  };
}

function judge(state: CnsState, plan: RepairPlan, strangers: readonly Stranger[]): IdentityVerdict {
  if (plan.steps.length === 0) return 'unique';
  const clusterId = effectiveId(state);
  if (state.record !== undefined || clusterId === undefined || isUniqueByForm(clusterId)) return 'unfinished';
  return strangers.some(({ claimedBy }) => claimedBy.length > 0) ? 'shared' : 'default';
}

function describe(verdict: IdentityVerdict, clusterId: string | undefined, strangers: readonly Stranger[]): string {
  const id = clusterId ?? 'none';
  const claimed = strangers.filter(({ claimedBy }) => claimedBy.length > 0).length;
  if (verdict === 'shared')
    return `the cluster-id ${id} is shared: ${claimed} volumes under it belong to another cluster`;
  if (verdict === 'default')
    return `the cluster-id ${id} is one that other clusters got too; nobody else was found with it yet`;
  if (verdict === 'unfinished') return `a cluster-id of its own has been chosen, and not everything has it yet`;
  const rest =
    strangers.length === 0 ? '' : `; ${strangers.length} volumes under it belong to no PersistentVolume here`;
  return `the cluster-id ${id} is this cluster's own${rest}`;
}

function strangerOf({ id, name, entities }: CnsVolume, clusterId: string | undefined): Stranger {
  const claimedBy = entities
    .filter((entity) => entity.clusterId === undefined || entity.clusterId === clusterId)
    .map((entity) => [entity.type, [entity.namespace, entity.name].filter(Boolean).join('/')].join(' '));
  return { id, name, claimedBy };
}
