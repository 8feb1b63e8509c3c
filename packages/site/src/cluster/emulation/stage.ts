import { SealiftError } from '@sealift/core/errors';
import { emulationIn, withEmulation } from '@sealift/kubernetes/emulation';
import type { Members } from '@sealift/kubernetes/merge-patch';
import { formOf } from '@sealift/kubernetes/owner-setup';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { ControlPlaneStage, RolloutStatus } from '@sealift/upgrade/ports/cluster';
import { z } from 'zod';
import type { RunningEtcd } from './running-etcd.ts';

/** What a control plane had before it was made to emulate, kept on it: written in the patch that makes it so. */
export const stageAnnotation = 'sealift.dev/reversible';

const recordSchema = z.object({
  format: z.literal(1),
  /** The tag that etcd's image was pinned to by us; null where the site had pinned it. */
  etcd: z.string().nullable(),
  /** Name of the machine template that its machines were made from. */
  template: z.string(),
});
type StageRecord = z.infer<typeof recordSchema>;

/** How an owner is brought to a stage. */
export interface PlannedStage {
  /** Of what it holds, what it becomes. */
  change(config: Members): Members;
  /** Null takes it away. */
  readonly annotations: Readonly<Record<string, string | null>>;
  /** The machine template to go back to, where it is still there. */
  readonly template: string | undefined;
}

/** Whether a control plane is asked to be at a stage. Of one that we have not changed nothing is taken away. */
export function stageStatus(owner: RolloutOwner, stage: ControlPlaneStage): NonNullable<RolloutStatus['stage']> {
  if (isPlain(stage) && stageRecord(owner) === undefined) return 'asked';
  const { emulates, etcdTag } = emulationIn(configOf(owner), owner.name);
  const own = stageRecord(owner)?.etcd ?? undefined;
  const isEtcdSo = stage.pinsEtcd ? etcdTag !== undefined : own === undefined || etcdTag !== own;
  return emulates === stage.emulates && isEtcdSo ? 'asked' : 'other';
}

/**
 * What brings a control plane to a stage; undefined where nothing of it is ours to change. etcd's image is pinned to what runs, and only a pin of ours is taken away again.
 *
 * @throws EMULATION_REFUSED where that can't be said of it, or what etcd runs is not known
 */
export async function planStage(
  owner: RolloutOwner,
  stage: ControlPlaneStage,
  runningEtcd: () => Promise<RunningEtcd>,
): Promise<PlannedStage | undefined> {
  const before = stageRecord(owner);
  if (isPlain(stage) && before === undefined) return undefined;
  if (owner.managed !== undefined) throw refusal(owner, managedReason, managedRemedy);
  const { etcdTag, isEtcdElsewhere } = emulationIn(configOf(owner), owner.name);
  if (isEtcdElsewhere) throw refusal(owner, elsewhereReason, elsewhereRemedy);
  const own = before?.etcd === etcdTag ? before?.etcd : null;
  const tag = stage.pinsEtcd ? (etcdTag ?? (await tagOf(owner, runningEtcd))) : own === null ? etcdTag : undefined;
  const record: StageRecord | null = stage.pinsEtcd
    ? { format: 1, etcd: etcdTag === undefined ? (tag ?? null) : (own ?? null), template: templateOf(owner, before) }
    : null;
  return {
    change: (config) => withEmulation(config, { emulates: stage.emulates, etcdTag: tag }, formOf(owner.ref.apiVersion)),
    annotations: { [stageAnnotation]: record === null ? null : JSON.stringify(record) },
    template: stage.pinsEtcd ? undefined : before?.template,
  };
}

function isPlain({ emulates, pinsEtcd }: ControlPlaneStage): boolean {
  return emulates === null && !pinsEtcd;
}

/** What its machines were made from before it began to emulate. */
function templateOf(owner: RolloutOwner, before: StageRecord | undefined): string {
  const { emulates } = emulationIn(configOf(owner), owner.name);
  return emulates === null ? owner.template.name : (before?.template ?? owner.template.name);
}

async function tagOf(owner: RolloutOwner, runningEtcd: () => Promise<RunningEtcd>): Promise<string> {
  const running = await runningEtcd();
  if ('tag' in running) return running.tag;
  throw refusal(owner, running.unknown, running.remedy);
}

/** What is recorded; undefined where nothing is, or it cannot be read. */
export function stageRecord({ annotations }: Pick<RolloutOwner, 'annotations'>): StageRecord | undefined {
  const text = Object.hasOwn(annotations, stageAnnotation) ? annotations[stageAnnotation] : undefined;
  try {
    return recordSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

export const managedReason = 'a ClusterClass writes what kubeadm is told on its machines';
export const managedRemedy = 'Start the upgrade without --reversible, or take the Cluster out of its ClusterClass.';
export const elsewhereReason = 'its etcd runs outside of its machines, and is not moved with them';
export const elsewhereRemedy = 'Start the upgrade without --reversible, and keep a snapshot of that etcd.';

export function configOf({ setup }: Pick<RolloutOwner, 'setup'>): Members {
  return 'config' in setup ? setup.config : {};
}

function refusal({ kind, name }: RolloutOwner, reason: string, remedy: string): SealiftError {
  return new SealiftError('EMULATION_REFUSED', { values: { owner: `${kind} ${name}`, reason, remedy } });
}
