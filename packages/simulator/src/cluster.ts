import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { SiteSurvey } from '@sealift/core/adoption';
import type { ClusterNode } from '@sealift/core/cluster';
import { SealiftError } from '@sealift/core/errors';
import { kubeletSkew, minorsBetween } from '@sealift/core/planner';
import { waitingFor } from '@sealift/core/upgrade';
import { compareVersions } from '@sealift/core/version';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { LayerStatus } from '@sealift/upgrade/ports/cluster';
import type { DesiredProviders, ProvidersStatus } from '@sealift/upgrade/ports/providers';
import type { DeclaredWork, FoundObjects, Standing } from '@sealift/upgrade/ports/declared';
import type { StaleVersions } from '@sealift/upgrade/ports/stored-versions';
import type { StorageIdentity } from '@sealift/upgrade/ports/storage';
import type { Template } from '@sealift/upgrade/ports/vcenter';
import type { ObjectQuery } from '@sealift/core/release';
import { findObjects, standingOf, withDone } from './declared.ts';
import { CallLog } from './call-log.ts';
import { isSettled, layerStatuses } from './layers.ts';
import { advance, isSame, nodesOf, rolloutStatus, type SimulatedRollout, templateFolder } from './rollout.ts';
import type {
  AppliedLayer,
  CallLine,
  Desired,
  Group,
  InitialCluster,
  SimulatedTemplate,
  SimulatorState,
} from './state.ts';
import { surveyOf } from './survey.ts';
import { loadState, removeOrphans, type StateFolder, saveState } from './state-folder.ts';

/** More of either than any site has; a caller gone wild is stopped here. */
const maxLayers = 200;
const maxTemplates = 200;

/**
 * The simulated vCenter and cluster. Setters change desired state, and only where it differs; observers read what
 * the clock has made of it. Calls take effect one after another.
 */
export class SimulatedCluster {
  readonly folder: StateFolder;
  readonly #log: CallLog;
  readonly #speed: number;
  readonly #now: () => number;
  #state: SimulatorState;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(folder: StateFolder, log: CallLog, state: SimulatorState, speed: number, now: () => number) {
    this.folder = folder;
    this.#log = log;
    this.#state = state;
    this.#speed = speed;
    this.#now = now;
  }

  /**
   * @param speed how many times faster than the seconds that a replacement takes at 1.
   * @throws SIMULATOR_STATE_DAMAGED
   */
  static async open(
    folder: StateFolder,
    initial: InitialCluster,
    speed: number,
    now: () => number = Date.now,
  ): Promise<SimulatedCluster> {
    const state = await loadState(folder, initial);
    await removeOrphans(folder, state);
    const log = await CallLog.open(folder.log, state.lastEffect);
    return new SimulatedCluster(folder, log, state, speed, now);
  }

  findTemplate(name: string): Promise<Template | null> {
    return this.#read('findTemplate', { name }, (state) => templateView(state, name));
  }

  nodes(): Promise<ClusterNode[]> {
    return this.#read('nodes', {}, nodesOf);
  }

  rollout(group: Group): Promise<SimulatedRollout> {
    return this.#read('rollout', { group }, (state) => rolloutStatus(state, group));
  }

  layers(): Promise<LayerStatus[]> {
    return this.#read('layers', {}, (state, now) => layerStatuses(state, now, this.#speed));
  }

  /** What runs, for a console that does not know it yet. */
  survey(): Promise<SiteSurvey> {
    return this.#read('survey', {}, surveyOf);
  }

  /** @throws SIMULATOR_REFUSED when it would skip a Kubernetes minor version. */
  setRollout(group: Group, desired: Desired): Promise<void> {
    return this.#change('setRollout', { group, ...desired }, (state) => {
      const current = state.groups[group];
      const wanted = { ...current.desired, ...desired };
      if (isSame(current.desired, wanted)) return null;
      refuseOlder(current.desired, wanted);
      refuseSkew(state, group, wanted.version);
      return { ...state, groups: { ...state.groups, [group]: { ...current, desired: wanted } } };
    });
  }

  /** @throws SIMULATOR_REFUSED when the hash is not that of the values. */
  applyLayer(layer: AppliedLayer & { values: string }): Promise<void> {
    const { values, ...applied } = layer;
    return this.#change('applyLayer', applied, (state, now) => {
      if (hashOfValues(values) !== layer.valuesHash) {
        throw refusal(`valuesHash is not the SHA-256 of the values of ${layer.layer}/${layer.pack}`);
      }
      const index = state.layers.findIndex((one) => one.layer === layer.layer && one.pack === layer.pack);
      const old = state.layers[index];
      if (old?.version === layer.version && old.digest === layer.digest && old.valuesHash === layer.valuesHash) {
        return null;
      }
      if (old === undefined && state.layers.length >= maxLayers) throw refusal(`it holds ${maxLayers} layers already`);
      const entry = { ...applied, values, appliedAt: now };
      return { ...state, layers: old === undefined ? [...state.layers, entry] : state.layers.with(index, entry) };
    });
  }

  removeLayer(layer: Pick<AppliedLayer, 'layer' | 'pack'>): Promise<void> {
    return this.#change('removeLayer', layer, (state) => {
      const left = state.layers.filter((one) => one.layer !== layer.layer || one.pack !== layer.pack);
      return left.length === state.layers.length ? null : { ...state, layers: left };
    });
  }

  providers(): Promise<ProvidersStatus> {
    return this.#read('providers', {}, ({ providers }, now) => {
      const complete = { complete: true, notes: [] };
      if (providers === null) return { digest: null, wait: null, ...complete };
      const { digest, appliedAt } = providers;
      if (isSettled(appliedAt, now, this.#speed)) return { digest, wait: null, ...complete };
      const wait = waitingFor('the providers start', { since: new Date(appliedAt).toISOString() });
      return { digest, wait, ...complete };
    });
  }

  /** Whatever layers come: which kinds they bring is not simulated. */
  staleVersions(): Promise<readonly StaleVersions[]> {
    return this.#read('staleVersions', {}, ({ staleVersions }) =>
      staleVersions.map((stale) => ({ ...stale, trouble: null })),
    );
  }

  rewriteVersions(): Promise<void> {
    return this.#change('rewriteVersions', {}, (state) =>
      state.staleVersions.length === 0 ? null : { ...state, staleVersions: [] },
    );
  }

  /** Objects that a check or a step of a release asks for. */
  findObjects(query: ObjectQuery): Promise<FoundObjects> {
    return this.#read('findObjects', { kind: query.kind }, (state) => findObjects(state, query));
  }

  /** @throws DECLARED_STEP_REFUSED */
  declaredStanding(work: DeclaredWork): Promise<Standing> {
    return this.#read('declaredStanding', { kind: work.kind }, (state) => standingOf(state, work));
  }

  /** @throws DECLARED_STEP_REFUSED */
  doDeclared(work: DeclaredWork): Promise<void> {
    return this.#change('doDeclared', { kind: work.kind }, (state) => withDone(state, work));
  }

  applyProviders({ components }: DesiredProviders): Promise<void> {
    return this.#change('applyProviders', { ...components }, (state, now) => {
      const { digest } = components;
      return state.providers?.digest === digest ? null : { ...state, providers: { digest, appliedAt: now } };
    });
  }

  /**
   * Makes a received OVA a template. `store` puts the file at its final path in the datastore; until the state is
   * saved nobody sees it, and a restart removes it.
   *
   * @throws SIMULATOR_REFUSED when a template of that name holds something else.
   */
  addTemplate(template: SimulatedTemplate, store: (path: string) => Promise<void>): Promise<void> {
    const { name, sha256, kubernetes, sizeBytes } = template;
    return this.#change('importTemplate', { name, sha256, kubernetes, sizeBytes }, async (state) => {
      const old = state.templates.find((one) => one.name === name);
      if (old !== undefined && old.sha256 === sha256) return null;
      if (old !== undefined) {
        throw refusal(
          `the folder ${templateFolder} has a template ${name} already, made from an OVA with SHA-256 ${old.sha256 ?? 'unknown'}`,
        );
      }
      if (state.templates.length >= maxTemplates) throw refusal(`it holds ${maxTemplates} templates already`);
      await store(join(this.folder.datastore, `${name}.ova`));
      return { ...state, templates: [...state.templates, template] };
    });
  }

  /** @throws SIMULATOR_REFUSED when there is no VM of that name, or it is powered on. */
  markTemplate(name: string): Promise<void> {
    return this.#change('markTemplate', { name }, (state) => {
      const index = state.templates.findIndex((one) => one.name === name);
      const found = state.templates[index];
      if (found === undefined) throw refusal(`the folder ${templateFolder} has no VM ${name}`);
      if (found.poweredOn) throw refusal(`the VM ${name} is powered on`);
      return found.marked ? null : { ...state, templates: state.templates.with(index, { ...found, marked: true }) };
    });
  }

  storageIdentity(): Promise<StorageIdentity> {
    return this.#read('storageIdentity', {}, ({ storage: { clusterId, sharedWith } }) => ({
      clusterId,
      unique: sharedWith.length === 0,
      message:
        sharedWith.length === 0
          ? `no other cluster uses ${clusterId}`
          : `${clusterId} is also used by ${sharedWith.join(', ')}`,
    }));
  }

  /** Gives the volumes an id that no other cluster has. */
  repairStorageIdentity(): Promise<void> {
    return this.#change('repairStorageIdentity', {}, (state) => {
      const { clusterId, sharedWith } = state.storage;
      if (sharedWith.length === 0) return null;
      const name = clusterId.slice(clusterId.lastIndexOf('/') + 1);
      return { ...state, storage: { clusterId: `${randomUUID()}/${name}`, sharedWith: [] } };
    });
  }

  async close(): Promise<void> {
    await this.#exclusive(() => this.#log.close());
  }

  #read<Result>(
    call: string,
    parameters: CallLine['parameters'],
    view: (state: SimulatorState, now: number) => Result,
  ): Promise<Result> {
    return this.#exclusive(async () => {
      const now = this.#now();
      await this.#advance(now);
      await this.#log.append(this.#log.line(call, false, parameters, new Date(now)));
      return view(this.#state, now);
    });
  }

  #change(
    call: string,
    parameters: CallLine['parameters'],
    change: (state: SimulatorState, now: number) => SimulatorState | null | Promise<SimulatorState | null>,
  ): Promise<void> {
    return this.#exclusive(async () => {
      this.#log.assertUsable();
      const now = this.#now();
      await this.#advance(now);
      try {
        const changed = await change(this.#state, now);
        const line = this.#log.line(call, changed !== null, parameters, new Date(now));
        if (changed !== null) await this.#save(advance({ ...changed, lastEffect: line }, now, this.#speed));
        await this.#log.append(line);
      } catch (error) {
        if (error instanceof SealiftError) {
          const line = this.#log.line(call, false, parameters, new Date(now));
          await this.#log.append({ ...line, refused: error.message });
        }
        throw error;
      }
    });
  }

  async #advance(now: number): Promise<void> {
    const advanced = advance(this.#state, now, this.#speed);
    if (advanced !== this.#state) await this.#save(advanced);
  }

  async #save(state: SimulatorState): Promise<void> {
    await saveState(this.folder, state);
    this.#state = state;
  }

  #exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** A refusal with its reason; nothing was changed. */
export function refusal(reason: string): SealiftError {
  return new SealiftError('SIMULATOR_REFUSED', { values: { reason } });
}

function templateView(state: SimulatorState, name: string): Template | null {
  const found = state.templates.find((one) => one.name === name);
  if (found === undefined) return null;
  const { sha256, kubernetes, poweredOn, marked } = found;
  return { name, sha256, kubernetes, poweredOn, marked };
}

/** An older version is read by nobody, but for the minor that a control plane still serves. */
function refuseOlder({ version: from, stage }: Desired, { version: to }: Desired): void {
  if (compareVersions(to, from) >= 0 || to.startsWith(`${stage?.emulates}.`)) return;
  throw refusal(`Kubernetes cannot go back from ${from} to ${to}`);
}

/** A control plane skips no minor, and kubelets stay within their skew of it (Kubernetes, "Version Skew Policy"; Cluster API refuses it, too). */
function refuseSkew({ groups }: SimulatorState, group: Group, to: string): void {
  const from = groups[group].desired.version;
  const workers = groups.workers.desired.version;
  if (minorsBetween(from, to) > (group === 'control-plane' ? 1 : kubeletSkew(from))) {
    throw refusal(`Kubernetes cannot go from ${from} to ${to}: a minor version is never skipped`);
  }
  if (group === 'control-plane' && minorsBetween(workers, to) > kubeletSkew(workers)) {
    throw refusal(`the workers run Kubernetes ${workers}, which is too far behind ${to}`);
  }
}
