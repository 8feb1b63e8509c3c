import type { SyncState } from '@sealift/core/api';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import { catalogRepository } from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { lostContent } from './completeness.ts';
import { change } from '../store/change.ts';
import { packBase, type RegistryAccess } from './registry-access.ts';
import type { Db, Store } from '../store/store.ts';
import { holdSyncState, neverSynced, packRegistryName, refusalOf, writeSyncState } from './sync-state.ts';
import { takePack } from './take-pack.ts';
import { takeRelease } from './take-release.ts';
import { trustedKeys } from './trusted-keys.ts';

/** Reads what the registry holds into the catalogue, as jobs of a queue; the state is in the store. */
export class RegistrySync {
  readonly #store: Store;
  readonly #link: RegistryAccess;
  readonly #events: EventBus;
  #queue: JobQueue | undefined;

  constructor(store: Store, link: RegistryAccess, events: EventBus) {
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
    const { client } = this.#link;
    const repository = catalogRepository(packBase);
    const tags = (await listTags(client, repository)).filter((tag) => /^(?:release|pack)-/.test(tag)).sort();
    const source = { client, base: packBase, catalogRepository: repository, trustedKeys: await trustedKeys(db) };
    const refused: SyncState['refused'] = [];
    const releases = new Count();
    const packs = new Count();
    for (const [index, tag] of tags.entries()) {
      await report({ done: index, total: tags.length, message: `Verifying ${tag}` });
      try {
        if (tag.startsWith('pack-')) packs.add((await takePack(db, source, tag)).isNew);
        else releases.add((await takeRelease(db, source, tag)).isNew);
      } catch (error) {
        // One release that cannot be taken must not hide the others; a registry that is gone ends the sync.
        if (isSealiftError(error, 'REGISTRY_UNREACHABLE') || !isSealiftError(error)) throw error;
        refused.push(refusalOf(tag, error));
        await report({ refused });
      }
    }
    // A registry without the installed release was lost, or is another one: no success, however little it holds.
    const lost = await lostContent(db, client);
    if (lost !== undefined) throw lost;
    return { done: tags.length, total: tags.length, refused, message: outcomeOf(releases, packs, refused.length) };
  }
}

type Found = Pick<SyncState, 'done' | 'total' | 'refused' | 'message'>;

function begun(): SyncState {
  const startedAt = new Date().toISOString();
  return { ...neverSynced, state: 'running', startedAt, message: 'Listing the release markers' };
}

function ended(state: SyncState, outcome: 'succeeded' | 'failed', message: string): SyncState {
  return { ...state, state: outcome, finishedAt: new Date().toISOString(), message };
}

/** How many were taken, and how many of these the catalogue did not have. */
class Count {
  taken = 0;
  added = 0;

  add(isNew: boolean): void {
    this.taken += 1;
    if (isNew) this.added += 1;
  }

  describe(one: string, many: string): string {
    return `${this.taken} ${this.taken === 1 ? one : many} in the catalogue, ${this.added} new`;
  }
}

function outcomeOf(releases: Count, packs: Count, refused: number): string {
  if (releases.taken + packs.taken + refused === 0) return 'The registry holds no release yet';
  const parts = [releases.describe('release', 'releases')];
  if (packs.taken > 0) parts.push(packs.describe('pack of its own', 'packs of their own'));
  if (refused > 0) parts.push(`${refused} refused`);
  return parts.join('; ');
}

/** A registry to which nothing was ever pushed has no such repository. */
async function listTags(client: RegistryClient, repository: string): Promise<string[]> {
  try {
    return await client.listTags(repository);
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) return [];
    throw error;
  }
}
