import type { SyncState } from '@sealift/core/api';
import { asSealiftError } from '@sealift/core/errors';
import { inTurn } from '@sealift/io/in-turn';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { lostContent } from './completeness.ts';
import { change } from '../store/change.ts';
import { KnownCatalogue } from './known-catalogue.ts';
import { ProvenMarkers } from './proven-markers.ts';
import type { RegistryAccess } from './registry-access.ts';
import type { Db, Store } from '../store/store.ts';
import { holdSyncState, neverSynced, packRegistryName, writeSyncState } from './sync-state.ts';
import { type Found, Tally } from './sync-tally.ts';
import { takeMarkers, type TakingParts } from './take-markers.ts';
import { trustedKeys } from './trusted-keys.ts';

/** Tags looked at in one go, and how many goes are under way: one is stored while threads read the others. */
const tagsAtOnce = 25;
const portionsUnderWay = 3;

/** Reads what the registry holds into the catalogue, as jobs of a queue; the state is in the store. */
export class RegistrySync {
  readonly #store: Store;
  readonly #link: Pick<RegistryAccess, 'content'>;
  readonly #events: EventBus;
  readonly #proven = new ProvenMarkers();
  #queue: JobQueue | undefined;

  constructor(store: Store, link: Pick<RegistryAccess, 'content'>, events: EventBus) {
    this.#store = store;
    this.#link = link;
    this.#events = events;
  }

  /** Begins to work on the queue, and tells of a sync that ended with the process it ran in. */
  async begin(queue: JobQueue): Promise<void> {
    this.#queue = queue;
    await this.#store.db.transaction().execute(async (trx) => {
      const state = await holdSyncState(trx);
      const mayBeAnother = this.#store.shared && queue.abandoned === 0;
      if (state.state !== 'running' || mayBeAnother || (await queue.isWaiting(trx))) return;
      await writeSyncState(trx, ended(state, 'failed', 'The console was stopped during the sync; sync again'));
    });
    await queue.work(() => this.#run());
  }

  /**
   * Asks for a sync that begins after this call, or joins one that waits already. Returns at once; the state tells how far it is.
   *
   * @throws CONSOLE_LOCKED
   */
  async start(actor: Actor): Promise<void> {
    const queue = this.#queue;
    if (queue === undefined) throw new TypeError('the console does not work on its queues yet');
    await change(this.#store.db, async (trx) => {
      const state = await holdSyncState(trx);
      if (!(await queue.request(trx))) return;
      await recordAudit(trx, actor, { action: 'registry.sync', subject: packRegistryName });
      if (state.state !== 'running') await writeSyncState(trx, begun());
    });
    queue.wake();
  }

  async #run(): Promise<void> {
    const { db } = this.#store;
    let state = begun();
    const report = async (news: Partial<SyncState>): Promise<void> => {
      state = { ...state, ...news };
      await writeSyncState(db, state);
      this.#events.publish({ kind: 'sync', subject: packRegistryName });
    };
    try {
      await change(db, (trx) => writeSyncState(trx, state));
      const found = await this.#sync(db, report);
      state = ended({ ...state, ...found }, 'succeeded', found.message);
    } catch (error) {
      const { message, hint } = asSealiftError(error);
      state = ended(state, 'failed', `${message}. ${hint}`);
    }
    await this.#end(state);
    this.#events.publish({ kind: 'sync', subject: packRegistryName });
    this.#events.publish({ kind: 'catalogue', subject: packRegistryName });
  }

  /** Tells how a sync ended. To whoever asked for another one meanwhile the sync is not over. */
  async #end(state: SyncState): Promise<void> {
    const { message, refused } = state;
    const details = { state: state.state, message, refused: refused.map(({ name, code }) => ({ name, code })) };
    await this.#store.db.transaction().execute(async (trx) => {
      await holdSyncState(trx);
      await writeSyncState(trx, (await this.#queue?.isWaiting(trx)) === true ? begun() : state);
      await recordAudit(trx, systemActor, { action: 'registry.synced', subject: packRegistryName, details });
    });
  }

  async #sync(db: Db, report: (news: Partial<SyncState>) => Promise<void>): Promise<Found> {
    const { content } = this.#link;
    const tags = await content.markers();
    this.#proven.keepOnly(tags);
    const [known, keys] = [await KnownCatalogue.read(db), await trustedKeys(db)];
    const parts: TakingParts = { db, content, known, keys, proven: this.#proven, storing: inTurn() };
    const tally = new Tally(tags.length);
    await report(tally.progress());
    await mapAtOnce(portionsOf(tags), portionsUnderWay, async (portion) => {
      tally.add(await takeMarkers(parts, portion));
      if (tally.isDue()) await report(tally.progress());
    });
    // A registry without the installed release was lost, or is another one: no success, however little it holds.
    const lost = await lostContent(db, content);
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
