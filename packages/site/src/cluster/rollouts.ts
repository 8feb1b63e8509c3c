import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { type SeenWait } from '@sealift/core/upgrade';
import { listAddressClaims } from '@sealift/kubernetes/address-claims';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { type ClusterState, readClusterState } from '@sealift/kubernetes/cluster-state';
import { putBack } from '@sealift/kubernetes/hold';
import { type MachineTemplate, readMachineTemplate } from '@sealift/kubernetes/machine-templates';
import type { KubeadmSettings } from '@sealift/kubernetes/kubeadm-settings';
import type { Objects } from '@sealift/kubernetes/objects';
import { touch } from '@sealift/kubernetes/touch';
import type {
  ClusterPort,
  ControlPlaneStage,
  DesiredNodes,
  LayerValues,
  NodeGroup,
  RolloutStatus,
  SetupStatus,
} from '@sealift/upgrade/ports/cluster';
import { emulationObstacles } from './emulation/obstacles.ts';
import { readRunningEtcd } from './emulation/running-etcd.ts';
import { planStage, stageStatus } from './emulation/stage.ts';
import { nodesOf } from './nodes.ts';
import { askOwner } from './rollout/ask.ts';
import { askTopology } from './rollout/ask-topology.ts';
import { askedNodes, isAsked } from './rollout/asked.ts';
import { type EtcdLook, EtcdWatch } from './rollout/etcd-watch.ts';
import { isSettled } from './rollout/gate.ts';
import { isHooked, unhook } from './rollout/hooks.ts';
import { managersAway } from './rollout/managers-look.ts';
import { type DiskLooks, lookAtDisks, type MachineDisks } from './rollout/machine-disks.ts';
import { earlyEnd, type NextAct, nextAct, waitsForDisks } from './rollout/next-act.ts';
import { type NodeTemplates, proveTemplate } from './rollout/node-template.ts';
import { planAnnotation } from './rollout/plan.ts';
import { ownerWaits } from './rollout/owner-wait.ts';
import { refuseUnfit } from './rollout/refuse.ts';
import { templatesBack } from './rollout/template-back.ts';
import { askedSettings } from './setup/asked-settings.ts';
import { changedWait } from './setup/changed-wait.ts';
import { type PlannedSetup, planSetup } from './setup/plan-setup.ts';
import { type MachineView, type OwnerView, viewsOf } from './rollout/view.ts';
import { openWindow } from './rollout/window.ts';

/** The part of the engine's cluster port that is about nodes. */
export type RolloutPort = Pick<ClusterPort, 'nodes' | 'rollout' | 'setRollout' | 'obstaclesToEmulation'> &
  Required<Pick<ClusterPort, 'endRollout'>>;

/** What a rollout needs of a site. */
export interface RolloutSite {
  /** Of the cluster where Cluster API runs; opened when it is first needed. */
  objects(): Promise<Objects>;
  /** Of the cluster whose nodes are rolled, likewise; the same where it manages itself. */
  enterprise(): Promise<Objects>;
  readonly templates: NodeTemplates;
  readonly disks: MachineDisks;
  /** Which Cluster; else the only one. */
  readonly cluster: ClusterName | undefined;
  readonly now?: () => Date;
}

/** What vCenter says of the machines of a group, and what their etcd members say, as far as it matters now. */
interface SeenBesides {
  readonly disks: DiskLooks;
  readonly back: ReadonlySet<string>;
  readonly etcd: EtcdLook;
}

/** What the API server serves is read again after this long: Cluster API is updated, and versions of it go, while a console runs. */
const discoveryMs = 60_000;

/** How often what is asked may meet a change of somebody else; beyond that the engine waits before it asks again. */
const askAttempts = 4;

/**
 * Rolls the nodes of a cluster through Cluster API. It holds no state: what was asked for, which machines were there before, and what
 * is held meanwhile is kept on the objects themselves, so that another process goes on where this one ended.
 */
export function clusterRollouts(site: RolloutSite): RolloutPort {
  let discoveredAt = performance.now();
  const now = site.now ?? (() => new Date());
  const etcdWatch = new EtcdWatch(() => site.enterprise(), now);
  const look = async (cancel: AbortSignal) => {
    const objects = await site.objects();
    if (performance.now() - discoveredAt > discoveryMs) {
      objects.discovery.forget();
      discoveredAt = performance.now();
    }
    return { objects, state: await readClusterState(objects, site.cluster, cancel) };
  };
  return {
    nodes: async (cancel) => nodesOf((await look(cancel)).state),

    async rollout(group, cancel, layers, stage) {
      const setup = settingsOf(layers);
      const { objects, state } = await look(cancel);
      const at = now();
      const [seen, managers] = await Promise.all([
        seenBesides(state, group, cancel),
        moves(state, group) ? managersAway(objects, at, cancel) : [],
      ]);
      return await statusOf(objects, state, { group, seen, managers, now: at, setup, stage }, cancel);
    },

    async setRollout(group, desired, cancel, layers, stage) {
      const wanted = { group, desired, setup: settingsOf(layers), stage };
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await askOnce(wanted, cancel);
        } catch (error) {
          // Controllers write into the same objects all the time: what they changed is read, and judged, anew.
          if (!isConflict(error) || attempt >= askAttempts) throw error;
        }
      }
    },

    async obstaclesToEmulation(cancel) {
      const { state } = await look(cancel);
      return emulationObstacles(state.controlPlane, await readRunningEtcd(() => site.enterprise(), cancel));
    },

    async endRollout(group, cancel) {
      const { objects, state } = await look(cancel);
      let failure: unknown;
      // A vCenter that is away keeps what it was not asked about, and nothing else.
      const disks = await disksOf(state, group, isGoingHeld, cancel).catch((error: unknown): DiskLooks => {
        failure = error;
        return new Map();
      });
      cancel.throwIfAborted();
      const end = earlyEnd(state, group, disks);
      await letGo(objects, end, cancel);
      if (failure !== undefined) throw failure;
      if (end.kept.length > 0) {
        const machines = end.kept.map(({ name }) => name).join(', ');
        throw new SealiftError('MACHINES_KEPT', { values: { group, machines } });
      }
    },
  };

  async function seenBesides(state: ClusterState, group: NodeGroup, cancel: AbortSignal): Promise<SeenBesides> {
    // Only the machines of a control plane are members of etcd.
    const none: EtcdLook = { pods: [] };
    const machines = viewsOf(state, group).flatMap((view) => view.machines);
    const [disks, back, etcd] = await Promise.all([
      disksOf(state, group, waitsForDisks, cancel),
      templatesBack(site.templates, machines, now(), cancel),
      group === 'control-plane' ? etcdWatch.look(moves(state, group), cancel) : none,
    ]);
    return { disks, back, etcd };
  }

  /** Asked only where a machine is being taken away: the VMs of the others are nobody's concern. */
  async function disksOf(
    state: ClusterState,
    group: NodeGroup,
    which: (view: MachineView) => boolean,
    cancel: AbortSignal,
  ): Promise<DiskLooks> {
    const machines = viewsOf(state, group).flatMap((view) => view.machines.filter(which));
    return await lookAtDisks(
      site.disks,
      state,
      machines.map(({ machine }) => machine),
      cancel,
    );
  }

  async function askOnce(wanted: Wanted, cancel: AbortSignal): Promise<void> {
    const { group, desired, setup, stage } = wanted;
    const { objects, state } = await look(cancel);
    const views = viewsOf(state, group);
    const open = [];
    for (const view of views) {
      const template = await templateOf(objects, state, view, cancel);
      const planned = await setupOf(objects, view, setup, cancel);
      const isThere = stage === undefined || stageStatus(view.owner, stage) === 'asked';
      if (!isThere || !isAsked(view, template, desired, planned?.status)) open.push(view);
    }
    const due = isInTopology(views) ? nextInTopology(views, open) : open;
    if (due.length > 0) return await ask(objects, state, { ...wanted, open: due }, cancel);
    const next = nextAct(state, group, await seenBesides(state, group, cancel));
    if (next === null) return;
    const { name } = state.cluster;
    for (const machine of next.touch) await touch(objects, machine, { cluster: name, at: now() }, cancel);
    await letGo(objects, next, cancel);
  }

  async function ask(
    objects: Objects,
    state: ClusterState,
    { group, open, desired, setup, stage }: Ask,
    cancel: AbortSignal,
  ): Promise<void> {
    refuseUnfit(
      state,
      group,
      open.map(({ owner }) => owner),
      desired,
      stage,
    );
    const path = await proveTemplate(site.templates, desired, cancel);
    await openWindow(objects, state, cancel);
    // What is held of a MachineDeployment has changed it.
    const { state: fresh } = await look(cancel);
    const names = new Set(open.map(({ owner }) => owner.name));
    for (const view of viewsOf(fresh, group).filter(({ owner }) => names.has(owner.name))) {
      const { managed } = view.owner;
      const { version } = desired;
      const running = () => readRunningEtcd(() => site.enterprise(), cancel);
      const staged = stage === undefined ? undefined : await planStage(view.owner, stage, running);
      if (managed === undefined) {
        const planned = await setupOf(objects, view, setup, cancel);
        const { namespace } = fresh.cluster;
        await askOwner(objects, view, { path, version, namespace, setup: planned, stage: staged }, cancel);
      } else {
        const template = await templateOf(objects, fresh, view, cancel);
        await askTopology(objects, fresh, { view, managed, template }, { path, version }, cancel);
      }
    }
  }
}

/** What is asked of a group. */
interface Wanted {
  readonly group: NodeGroup;
  readonly desired: DesiredNodes;
  readonly setup: Setup;
  readonly stage: ControlPlaneStage | undefined;
}

/** What is asked of some owners of it. */
interface Ask extends Wanted {
  readonly open: readonly OwnerView[];
}

/** What kubeadm shall be told; undefined where that is left as it is. */
type Setup = KubeadmSettings | undefined;

function settingsOf(layers: readonly LayerValues[] | undefined): Setup {
  return layers === undefined ? undefined : askedSettings(layers);
}

async function setupOf(
  objects: Objects,
  { owner }: OwnerView,
  setup: Setup,
  cancel: AbortSignal,
): Promise<PlannedSetup | undefined> {
  return setup === undefined ? undefined : await planSetup(objects, owner, setup, cancel);
}

function moves(state: ClusterState, group: NodeGroup): boolean {
  return viewsOf(state, group).some((view) => !isSettled(view));
}

/** Whether owners are parts of a topology, of which one is asked at a time. */
function isInTopology(views: readonly OwnerView[]): boolean {
  return views.some(({ owner }) => owner.managed !== undefined);
}

/** The part that is asked now: none while one that was asked still moves. */
function nextInTopology(views: readonly OwnerView[], open: readonly OwnerView[]): readonly OwnerView[] {
  const movesYet = views.some((view) => !open.includes(view) && !isSettled(view));
  return movesYet ? [] : open.slice(0, 1);
}

function isConflict(error: unknown): boolean {
  return isSealiftError(error) && error.code === 'KUBERNETES_CONFLICT';
}

async function letGo(
  objects: Objects,
  { unhook: releases, putBack: held, forget }: Pick<NextAct, 'unhook' | 'putBack' | 'forget'>,
  cancel: AbortSignal,
): Promise<void> {
  for (const release of releases) await unhook(objects, release, cancel);
  for (const object of held) await putBack(objects, object, cancel);
  for (const { ref } of forget) {
    await objects.mergePatch(ref, { metadata: { annotations: { [planAnnotation]: null } } }, cancel);
  }
}

function isGoingHeld({ machine, isGoing }: MachineView): boolean {
  return isGoing && isHooked(machine, 'deletion');
}

interface Looked {
  readonly group: NodeGroup;
  readonly seen: SeenBesides;
  readonly managers: readonly SeenWait[];
  readonly now: Date;
  readonly setup: Setup;
  readonly stage: ControlPlaneStage | undefined;
}

async function statusOf(
  objects: Objects,
  state: ClusterState,
  { group, seen, managers, now, setup, stage }: Looked,
  cancel: AbortSignal,
): Promise<RolloutStatus> {
  const views = viewsOf(state, group);
  // A cluster without workers wants of them what its control plane is.
  const all = views.length > 0 ? views : viewsOf(state, 'control-plane');
  // Of a topology, what moves now is wanted before the next part is asked.
  const moving = all.filter((view) => !isSettled(view));
  const wanted = isInTopology(views) && moving.length > 0 ? moving : all;
  const desired = [];
  const waits: SeenWait[] = [];
  const setups: SetupStatus[] = [];
  const comes = views.some(({ machines }) => machines.some(({ machine }) => machine.node === undefined));
  const claims = comes ? await listAddressClaims(objects, state.cluster.namespace, cancel) : [];
  for (const view of all) {
    const template = await templateOf(objects, state, view, cancel);
    if (wanted.includes(view)) desired.push(askedNodes(view, template));
    const around = {
      claims,
      disks: seen.disks,
      etcd: seen.etcd,
      managers,
      now,
      cluster: state.cluster,
      templateThere: template !== undefined,
    };
    if (views.length > 0) waits.push(...ownerWaits(view, around));
    const planned = views.length > 0 ? await setupOf(objects, view, setup, cancel) : undefined;
    if (planned !== undefined) setups.push(planned.status);
    if (planned?.status === 'changed since') waits.push(changedWait(view.owner));
  }
  const next = nextAct(state, group, seen);
  const { unhook: machines, putBack: objectsHeld, kept } = earlyEnd(state, group, seen.disks);
  const letGo = machines.length + objectsHeld.length;
  return {
    desired: togetherOf(desired),
    ...(setup === undefined ? {} : { setup: furthestOf(setups) }),
    ...(stage === undefined ? {} : { stage: stageStatus(state.controlPlane, stage) }),
    updated: sum(views, ({ owner, machines }) => Math.min(owner.replicas, machines.filter(isUpdated).length)),
    total: sum(views, ({ owner }) => owner.replicas),
    wait: mostUrgent(waits),
    ...(next === null ? {} : { due: next.what }),
    ...(letGo + kept.length === 0 ? {} : { held: { letGo, kept: kept.map(({ name }) => name) } }),
  };
}

function isUpdated({ asWanted, isReady, isGoing }: OwnerView['machines'][number]): boolean {
  return asWanted === true && isReady && !isGoing;
}

function templateOf(
  objects: Objects,
  { cluster }: ClusterState,
  { owner }: OwnerView,
  cancel: AbortSignal,
): Promise<MachineTemplate | undefined> {
  return readMachineTemplate(objects, cluster.namespace, owner.template, cancel);
}

/** What several owners want together. Where they differ it is what nobody asks for, so that all of them are asked. */
function togetherOf(each: readonly DesiredNodes[]): DesiredNodes {
  const all = (of: (one: DesiredNodes) => string): string => [...new Set(each.map(of))].join(', ');
  return { version: all(({ version }) => version), template: all(({ template }) => template) };
}

/** How several owners stand to their setup together: what has to be done counts before what can't be. */
function furthestOf(each: readonly SetupStatus[]): SetupStatus {
  return (['other', 'changed since', 'not written'] as const).find((one) => each.includes(one)) ?? 'asked';
}

function mostUrgent(waits: readonly SeenWait[]): SeenWait | null {
  const order = ['failed', 'blocked', 'stalled', 'slow', 'moving'];
  return waits.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))[0] ?? null;
}

function sum(views: readonly OwnerView[], of: (view: OwnerView) => number): number {
  return views.reduce((total, view) => total + of(view), 0);
}
