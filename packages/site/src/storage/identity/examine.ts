import { isDefaultForm } from './cluster-id.ts';
import { planRepair, type RepairPlan, wantedPlan } from './plan.ts';
import { claimsUnder, type CnsState, effectiveId, isShared, ownVolumes, strangersUnder } from './state.ts';

/**
 * - `unique`: nobody else has the cluster-id.
 * - `shared`: volumes of another cluster have it too.
 * - `default`: it is made of a namespace and a name, as every installation of that time got it, though nobody else was found with it.
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
  const plan = planOf(state);
  const judged = judgedId(state);
  const strangers =
    judged === undefined
      ? []
      : strangersUnder(state, judged).map((volume) => {
          return { id: volume.id, name: volume.name, claimedBy: claimsUnder(volume, judged) };
        });
  const known = new Set([
    ...plan.previous,
    ...(clusterId === undefined ? [] : [clusterId]),
    ...(plan.target === undefined ? [] : [plan.target]),
  ]);
  const verdict = judge(state, plan);
  return {
    clusterId,
    verdict,
    message: describe(verdict, judged, strangers),
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

/** That a generated id, which no repair can change, is shared is a finding and no failure of the check. */
function planOf(state: CnsState): RepairPlan {
  const { generated } = state;
  return generated !== undefined && isShared(state, generated.clusterId) ? wantedPlan(state) : planRepair(state);
}

/** The id that others are looked for under: the one in use, and the one that a repair chose where that turns out to be shared. */
function judgedId(state: CnsState): string | undefined {
  const { record } = state;
  return record !== undefined && isShared(state, record.clusterId) ? record.clusterId : effectiveId(state);
}

function judge(state: CnsState, plan: RepairPlan): IdentityVerdict {
  const clusterId = effectiveId(state);
  const wanted = state.record?.clusterId ?? clusterId;
  if (wanted !== undefined && isShared(state, wanted)) return 'shared';
  if (plan.steps.length === 0) return 'unique';
  return state.record === undefined && clusterId !== undefined && isDefaultForm(clusterId) ? 'default' : 'unfinished';
}

function describe(verdict: IdentityVerdict, clusterId: string | undefined, strangers: readonly Stranger[]): string {
  const id = clusterId ?? 'none';
  const claimed = strangers.filter(({ claimedBy }) => claimedBy.length > 0).length;
  if (verdict === 'shared')
    return `the cluster-id ${id} is shared: ${claimed} volumes under it belong to another cluster`;
  if (verdict === 'default')
    return `the cluster-id ${id} is a namespace and a name, so a cluster installed under the same names got it too; nobody else was found with it yet`;
  if (verdict === 'unfinished') return `a cluster-id of its own has been chosen, and not everything has it yet`;
  const rest =
    strangers.length === 0 ? '' : `; ${strangers.length} volumes under it belong to no PersistentVolume here`;
  return `the cluster-id ${id} is this cluster's own${rest}`;
}
