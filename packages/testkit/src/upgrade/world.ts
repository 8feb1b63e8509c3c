import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ClusterNode } from '@sealift/core/cluster';
import { SealiftError } from '@sealift/core/errors';
import type { FoundObject } from '@sealift/core/release';
import type { GatewayStatus } from '@sealift/core/gateway';
import { waitingFor } from '@sealift/core/upgrade';
import type { Backup } from '@sealift/upgrade/ports/backup';
import type {
  ControlPlaneStage,
  EmulationObstacle,
  LayerStatus,
  NodeGroup,
  RolloutStatus,
} from '@sealift/upgrade/ports/cluster';
import type { DeclaredWork } from '@sealift/upgrade/ports/declared';
import type { Ports } from '@sealift/upgrade/ports/ports';
import type { ProvidersStatus } from '@sealift/upgrade/ports/providers';
import type { StorageIdentity } from '@sealift/upgrade/ports/storage';
import type { StaleVersions } from '@sealift/upgrade/ports/stored-versions';
import type { Template } from '@sealift/upgrade/ports/vcenter';

interface GroupState {
  desired: RolloutStatus['desired'];
  updated: number;
  /** As JSON. */
  setup?: string;
  stage?: ControlPlaneStage;
}

/** The OVA that the sample plan imports. */
export const ovaBytes = Buffer.from('an OVA of the node image');
export const ovaSha256 = createHash('sha256').update(ovaBytes).digest('hex');
/** What the sample plan pins: its packs, which are empty, and the artifact of the OVA; no two of one digest. */
export const pinned = {
  ova: `sha256:${'e'.repeat(64)}`,
  calico: `sha256:${'a'.repeat(64)}`,
  platform: `sha256:${'d'.repeat(64)}`,
  providers: `sha256:${'f'.repeat(64)}`,
  release: `sha256:${'b'.repeat(64)}`,
} as const;

/**
 * Everything outside the engine, in memory; it outlives the engines. An effect is noted in `effects` when it takes
 * place; what is asked for moves on by one with each look.
 */
export class World {
  readonly effects: string[] = [];
  lockedBy: string | null = null;
  /** What each hop leads to. */
  readonly releases: string[] = ['4.2.13'];
  installed = '4.2.12';
  /** Who has said that the control plane need not go back any more. */
  finalisedBy: string | null = null;
  obstacles: readonly EmulationObstacle[] = [];
  readonly templates = new Map<string, Template>();
  storageIdentity: StorageIdentity = { clusterId: 'shared', unique: false, message: 'another cluster uses shared' };
  readonly layers: LayerStatus[] = [];
  /** Groups of nodes of which something is held for their rollout. */
  readonly held = new Set<NodeGroup>();
  /** Packs that do not become healthy by themselves, however often one looks. */
  readonly sick = new Set<string>();
  readonly groups: Record<NodeGroup, GroupState> = {
    'control-plane': { desired: { version: '1.26.8', template: 'r_old' }, updated: 3 },
    workers: { desired: { version: '1.26.8', template: 'r_old' }, updated: 3 },
  };
  providers: ProvidersStatus = { digest: null, wait: null, complete: false, notes: [] };
  staleVersions: readonly StaleVersions[] = [
    { definition: 'tugs.harbor.example.com', versions: ['v1alpha1'], objects: 3, target: 'v1', trouble: null },
  ];
  /** Objects of the cluster that releases ask for, each with its kind and metadata. */
  readonly objects: FoundObject[] = [];
  /** What of what a release declares was done, by its name. */
  readonly declared = new Set<string>();
  /** By name; what one runs moves on with each look once it was asked. */
  readonly gateways = new Map<string, GatewayStatus>();
  gatewaysAsked = false;
  readonly #backups = new Map<string, Backup>();

  /** @param gate awaited before and after each effect; a test crashes or delays there. */
  ports(gate: (when: 'before' | 'after', effect: string) => Promise<void>, alive: () => void = () => undefined): Ports {
    const effect = async (name: string, change: () => void): Promise<void> => {
      await gate('before', name);
      this.effects.push(name);
      change();
      await gate('after', name);
    };
    return {
      vcenter: {
        findTemplate: async (name, cancel) => {
          cancel.throwIfAborted();
          alive();
          return this.templates.get(name) ?? null;
        },
        importTemplate: async ({ name, sha256, kubernetes, ova }, cancel) => {
          const hash = createHash('sha256');
          for await (const chunk of await ova()) hash.update(chunk as Buffer);
          cancel.throwIfAborted();
          if (hash.digest('hex') !== sha256) throw new Error('other bytes than announced');
          await effect(`import ${name}`, () =>
            this.templates.set(name, { name, sha256, kubernetes, poweredOn: false, marked: true }),
          );
        },
        markTemplate: async (name) => {
          await effect(`mark ${name}`, () => {
            const found = this.templates.get(name);
            if (found !== undefined) this.templates.set(name, { ...found, marked: true });
          });
        },
      },
      storage: {
        identity: async () => {
          alive();
          return { ...this.storageIdentity };
        },
        repairIdentity: async () => {
          await effect('repair storage identity', () => {
            this.storageIdentity = { clusterId: 'own', unique: true, message: 'no other cluster uses own' };
          });
        },
      },
      cluster: {
        nodes: async () => {
          alive();
          return this.#nodes();
        },
        rollout: async (group, _, setup, stage) => {
          alive();
          const status = this.#look(group);
          const { setup: now = '[]', stage: at = plainStage } = this.groups[group];
          return {
            ...status,
            ...(setup === undefined ? {} : { setup: now === JSON.stringify(setup) ? 'asked' : 'other' }),
            ...(stage === undefined ? {} : { stage: isSameStage(at, stage) ? 'asked' : 'other' }),
          };
        },
        setRollout: async (group, desired, _, setup, stage) => {
          const before = this.groups[group];
          await effect(`roll ${group} ${desired.version}${stageText(stage)}`, () => {
            this.groups[group] = {
              desired,
              updated: 0,
              setup: setup === undefined ? (before.setup ?? '[]') : JSON.stringify(setup),
              stage: stage ?? before.stage ?? plainStage,
            };
          });
        },
        obstaclesToEmulation: async () => {
          alive();
          return this.obstacles;
        },
        endRollout: async (group) => {
          alive();
          if (this.held.has(group)) await effect(`let go of ${group}`, () => void this.held.delete(group));
        },
        layers: async (_, only) => {
          alive();
          const isAsked = ({ layer, pack }: LayerStatus) =>
            only === undefined || (layer === only.layer && pack === only.pack);
          const seen = this.layers.map((layer) => ({ ...layer }));
          for (const [index, layer] of seen.entries()) {
            if (isAsked(layer) && !this.sick.has(layer.pack)) this.layers.splice(index, 1, { ...layer, wait: null });
          }
          return seen.filter(isAsked);
        },
        applyLayer: async (given) => {
          const { values, profile: _, release: __, backFrom: ___, ...layer } = given;
          if (createHash('sha256').update(values).digest('hex') !== layer.valuesHash)
            throw new Error('other values than their hash says');
          await effect(`apply ${layer.pack} ${layer.version}`, () => {
            this.#drop(layer.pack);
            this.layers.push({ ...layer, wait: waitingFor(`${layer.pack}: pods are starting`) });
          });
        },
        removeLayer: async ({ pack }) => {
          await effect(`remove ${pack}`, () => this.#drop(pack));
        },
      },
      providers: {
        status: async () => {
          alive();
          const seen = this.providers;
          this.providers = { ...seen, wait: null };
          return seen;
        },
        apply: async ({ core, components: { digest } }) => {
          await effect(`providers ${core}`, () => {
            const wait = waitingFor('capi-controller-manager starts');
            this.providers = { digest, wait, complete: true, notes: ['kept: --v'] };
          });
        },
      },
      storedVersions: {
        stale: async () => {
          alive();
          return this.staleVersions;
        },
        rewrite: async () => {
          if (this.staleVersions.length === 0) return;
          await effect('rewrite stored versions', () => {
            this.staleVersions = [];
          });
        },
      },
      declared: {
        find: async ({ kind, namespace, name }) => {
          alive();
          const isMeant = ({ object }: FoundObject): boolean => {
            const { metadata } = object as {
              readonly metadata: { readonly name: string; readonly namespace?: string };
            };
            return (
              object['kind'] === kind &&
              (namespace === undefined || namespace === metadata.namespace) &&
              (name === undefined || name === metadata.name)
            );
          };
          return { served: true, objects: this.objects.filter(isMeant) };
        },
        standing: async (work) => {
          alive();
          const { done } = declaredText(work);
          if (!this.declared.has(done)) return { state: 'act', message: done };
          return { state: 'done', message: done, evidence: { done } };
        },
        act: async (work) => {
          const { done, undone } = declaredText(work);
          if (this.declared.has(done)) return;
          await effect(done, () => {
            this.declared.delete(undone);
            this.declared.add(done);
          });
        },
      },
      gateways: {
        status: async () => {
          alive();
          const seen = [...this.gateways.values()];
          for (const one of this.gatewaysAsked ? seen : []) {
            const { name, wanted, holds, failure } = one;
            if (wanted !== null && holds.length === 0 && failure === null) {
              this.gateways.set(name, { ...one, version: wanted });
            }
          }
          return { asked: this.gatewaysAsked, version: seen[0]?.wanted ?? null, gateways: seen };
        },
        ask: async () => {
          await effect('ask gateways', () => {
            this.gatewaysAsked = true;
          });
        },
      },
      backup: {
        make: async (upgradeId) => {
          const made = { reference: `backup-${upgradeId}`, sha256: ovaSha256, sizeBytes: 1 };
          await effect('backup', () => {
            this.#backups.set(upgradeId, made);
          });
          return made;
        },
        find: async (upgradeId) => {
          alive();
          return this.#backups.get(upgradeId) ?? null;
        },
      },
      console: {
        lockedBy: async () => {
          alive();
          return this.lockedBy;
        },
        lock: async (upgradeId) => {
          const holder = this.lockedBy;
          if (holder !== null && holder !== upgradeId) {
            throw new SealiftError('CONSOLE_LOCKED', { values: { upgrade: holder } });
          }
          await effect('lock', () => {
            this.lockedBy = upgradeId;
          });
        },
        unlock: async (upgradeId) =>
          effect('unlock', () => {
            if (this.lockedBy === upgradeId) this.lockedBy = null;
          }),
        recordInstalled: async (upgradeId, hop) => {
          const version = this.releases[hop];
          if (version === undefined) {
            const values = { upgrade: upgradeId, reason: `its plan has no hop ${hop}` };
            throw new SealiftError('UPGRADE_STALE', { values });
          }
          await effect(`install ${version}`, () => {
            this.installed = version;
          });
        },
        recordFormer: async (_, hop) => {
          const version = this.releases[hop - 1] ?? '4.2.12';
          await effect(`record ${version} again`, () => {
            this.installed = version;
          });
        },
        isRecorded: async (_, hop, what) => {
          alive();
          return this.installed === (this.releases[what === 'result' ? hop : hop - 1] ?? '4.2.12');
        },
        installedVersion: async () => {
          alive();
          return this.installed;
        },
        finalised: async () => {
          alive();
          return this.finalisedBy === null ? null : { by: this.finalisedBy };
        },
      },
      content: {
        openOva: async (digest) => {
          refuseOther(digest, [pinned.ova]);
          return { sizeBytes: ovaBytes.length, open: async (start = 0) => Readable.from([ovaBytes.subarray(start)]) };
        },
        openPack: async ({ digest }, cancel) => {
          cancel.throwIfAborted();
          refuseOther(digest, [pinned.calico, pinned.platform, pinned.providers]);
          return { valuesYaml: '', manifests: new Map(), charts: new Map() };
        },
        openTool: () => Promise.reject(new Error('no release of the world has a program')),
        openRelease: async (digest) => {
          refuseOther(digest, [pinned.release]);
          return { images: [], elsewhere: [], tools: [] };
        },
        digestOfImage: () => Promise.resolve(undefined),
      },
    };
  }

  #drop(pack: string): void {
    const index = this.layers.findIndex((layer) => layer.pack === pack);
    if (index >= 0) this.layers.splice(index, 1);
  }

  #look(group: NodeGroup): RolloutStatus {
    const state = this.groups[group];
    const present = state.desired.template === 'r_old' || this.templates.has(state.desired.template);
    const { updated } = state;
    if (present && updated < 3) state.updated += 1;
    const what = present ? `${group}-${updated + 1} boots` : `there is no template ${state.desired.template}`;
    return { desired: state.desired, updated, total: 3, wait: updated === 3 ? null : waitingFor(what) };
  }

  #nodes(): ClusterNode[] {
    return (['control-plane', 'workers'] as const).flatMap((group) =>
      [1, 2, 3].map((number) => ({
        name: `${group}-${number}`,
        role: group === 'workers' ? ('worker' as const) : group,
        ...this.groups[group].desired,
        ready: this.groups[group].updated >= number,
        message: '',
        machine: null,
        phase: '',
        since: null,
      })),
    );
  }
}

/** What is done, and what that undoes. */
function declaredText(work: DeclaredWork): { readonly done: string; readonly undone: string } {
  const modes = ({ accessModes }: { readonly accessModes: readonly string[] }): string => accessModes.join(' ');
  switch (work.kind) {
    case 'own-objects':
      return { done: `own ${work.objects.map(({ name }) => name).join(' ')}`, undone: '' };
    case 'move-stored-version':
      return { done: `move ${work.definition} out of ${work.from}`, undone: '' };
    case 'migrate-claim':
      return { done: `claim ${work.name} ${modes(work.to)}`, undone: `claim ${work.name} ${modes(work.from)}` };
    case 'set-field':
      return { done: `set ${work.field} of ${work.object.name} to ${work.to}`, undone: '' };
  }
}

const plainStage: ControlPlaneStage = { emulates: null, pinsEtcd: false };

function isSameStage(a: ControlPlaneStage, b: ControlPlaneStage): boolean {
  return a.emulates === b.emulates && a.pinsEtcd === b.pinsEtcd;
}

function stageText(stage: ControlPlaneStage | undefined): string {
  if (stage === undefined || isSameStage(stage, plainStage)) return '';
  const serves = stage.emulates === null ? '' : ` serving ${stage.emulates}`;
  return `${serves} with etcd kept`;
}

function refuseOther(digest: string, pins: readonly string[]): void {
  if (!pins.includes(digest)) throw new Error(`the sample pins no ${digest}`);
}
