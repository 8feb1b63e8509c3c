import type { SyncState } from '@sealift/core/api';
import { asSealiftError, type SealiftError } from '@sealift/core/errors';
import { inTurn } from '@sealift/io/in-turn';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { change } from '../store/change.ts';
import { KnownCatalogue } from './known-catalogue.ts';
import { ProvenMarkers } from './proven-markers.ts';
import type { CatalogueContent } from './catalogue-content.ts';
import { type Place, writePlaces } from './registry-places.ts';
import type { Db, Store } from '../store/store.ts';
import { findSyncState, holdSyncState, neverSynced, writeSyncState } from './sync-state.ts';
import { type Found, Tally } from './sync-tally.ts';
import { type Elsewhere, takeMarkers, type TakingParts } from './take-markers.ts';
import { trustedKeys } from './trusted-keys.ts';

/** Tags looked at in one go, and how many goes are under way: one is stored while threads read the others. */
const tagsAtOnce = 25;
const portionsUnderWay = 3;

/** A registry that is read into the catalogue. */
export interface SyncedRegistry {
  readonly name: string;
  /** What it holds, as it is reached now. @throws REGISTRY_*, SECRET_KEY_*, NOT_FOUND */
  readonly content: () => Promise<CatalogueContent>;
  readonly elsewhere: Elsewhere;
  /** What is lost of the installed release, where that is to be looked for once it was read. */
  readonly lost?: () => Promise<SealiftError | undefined>;
}

/** Reads what a registry holds into the catalogue, as jobs of a queue; the state is in the store. */
export class RegistrySync {
  readonly #store: Store;
  readonly #registry: SyncedRegistry;
  readonly #events: EventBus;
  readonly #proven = new ProvenMarkers();
  #queue: JobQueue | undefined;

  constructor(store: Store, registry: SyncedRegistry, events: EventBus) {
    this.#store = store;
    this.#registry = registry;
    this.#events = events;
  }

  /** Begins to work on the queue, and tells of a sync that ended with the process it ran in. */
  async begin(queue: JobQueue): Promise<void> {
    this.#queue = queue;
    const { name } = this.#registry;
    await this.#store.db.transaction().execute(async (trx) => {
      const state = await holdSyncState(trx, name);
      const mayBeAnother = this.#store.shared && queue.abandoned === 0;
      if (state.state !== 'running' || mayBeAnother || (await queue.isWaiting(trx))) return;
      await writeSyncState(trx, ended(state, 'failed', 'The console was stopped during the sync; sync again'), name);
    });
    await queue.work(() => this.#run());
  }

  /**
   * Asks for a sync that begins after this call, or joins one that waits already. Returns at once; the state tells how far it is.
   *
   * @param isWanted whether it still is, by the state that nobody else changes meanwhile
   * @throws CONSOLE_LOCKED
   */
  async start(actor: Actor, isWanted: (state: SyncState) => boolean = () => true): Promise<void> {
    const queue = this.#queue;
    if (queue === undefined) throw new TypeError('the console does not work on its queues yet');
    await change(this.#store.db, async (trx) => {
      const { name } = this.#registry;
      const state = await holdSyncState(trx, name);
      if (!isWanted(state) || !(await queue.request(trx))) return;
      await recordAudit(trx, actor, { action: 'registry.sync', subject: name });
      if (state.state !== 'running') await writeSyncState(trx, begun(), name);
    });
    queue.wake();
  }

  /** Works on the queue no more. */
  async end(): Promise<void> {
    const queue = this.#queue;
    this.#queue = undefined;
    await queue?.leave();
  }

  async #run(): Promise<void> {
    const { db } = this.#store;
    const { name } = this.#registry;
    let state = begun();
    const report = async (news: Partial<SyncState>): Promise<void> => {
      state = { ...state, ...news };
      await writeSyncState(db, state, name);
      this.#events.publish({ kind: 'sync', subject: name });
    };
    try {
      await change(db, (trx) => writeSyncState(trx, state, name));
      const found = await this.#sync(db, report);
      state = ended({ ...state, ...found }, 'succeeded', found.message);
    } catch (error) {
      const { message, hint } = asSealiftError(error);
      state = ended(state, 'failed', `${message}. ${hint}`);
    }
    await this.#end(state);
    this.#events.publish({ kind: 'sync', subject: name });
    this.#events.publish({ kind: 'catalogue', subject: name });
  }

  /** Tells how a sync ended. To whoever asked for another one meanwhile the sync is not over. */
  async #end(state: SyncState): Promise<void> {
    const { message, refused } = state;
    const { name: subject } = this.#registry;
    const details = { state: state.state, message, refused: refused.map(({ name, code }) => ({ name, code })) };
    await this.#store.db.transaction().execute(async (trx) => {
      // It may have been removed while it was read.
      if ((await findSyncState(trx, subject)) === undefined) return;
      await holdSyncState(trx, subject);
      await writeSyncState(trx, (await this.#queue?.isWaiting(trx)) === true ? begun() : state, subject);
      await recordAudit(trx, systemActor, { action: 'registry.synced', subject, details });
    });
  }

  async #sync(db: Db, report: (news: Partial<SyncState>) => Promise<void>): Promise<Found> {
    const { name: registry, elsewhere, lost: lostOf } = this.#registry;
    const content = await this.#registry.content();
    const tags = await content.markers();
    this.#proven.keepOnly(tags);
    const [known, keys] = [await KnownCatalogue.read(db), await trustedKeys(db)];
    const storing = inTurn();
    const parts: TakingParts = { db, registry, content, elsewhere, known, keys, proven: this.#proven, storing };
    const places: Place[] = [];
    const tally = new Tally(tags.length);
    await report(tally.progress());
    await mapAtOnce(portionsOf(tags), portionsUnderWay, async (portion) => {
      const taken = await takeMarkers(parts, portion);
      places.push(...taken.flatMap(({ place }) => place ?? []));
      tally.add(taken);
      if (tally.isDue()) await report(tally.progress());
    });
    await writePlaces(parts, registry, places);
    // A registry without the installed release was lost, or is another one: no success, however little it holds.
    const lost = await lostOf?.();
    if (lost !== undefined) throw lost;
    return tally.end();
  }
}

function portionsOf(tags: readonly string[]): string[][] {
  const count = Math.ceil(tags.length / tagsAtOnce);
  return Array.from({ length: count }, (_, index) => tags.slice(index * tagsAtOnce, (index + 1) * tagsAtOnce));
}

function begun(): SyncState {
  const startedAt = new Date().toISOString();
  return { ...neverSynced, state: 'running', startedAt, message: 'Listing the release markers' };
}

function ended(state: SyncState, outcome: 'succeeded' | 'failed', message: string): SyncState {
  return { ...state, state: outcome, finishedAt: new Date().toISOString(), message };
}
