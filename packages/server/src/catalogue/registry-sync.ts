import type { SyncState } from '@sealift/core/api';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import { catalogRepository } from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { lostContent } from './completeness.ts';
import { packBase, type RegistryAccess } from './registry-access.ts';
import { change } from '../store/change.ts';
import type { Db, Store } from '../store/store.ts';
import { packRegistryName, readSyncState, refusalOf, writeSyncState } from './sync-state.ts';
import { takePack } from './take-pack.ts';
import { takeRelease } from './take-release.ts';
import { trustedKeys } from './trusted-keys.ts';

/** Reads what a registry holds into the catalogue. One sync at a time; its state is in the store. */
export class RegistrySync {
  readonly #store: Store;
  readonly #link: RegistryAccess;
  readonly #events: EventBus;
  #running: Promise<void> | undefined;
  /** The running sync tells, or has told, how it ended: whoever asks from now on wants another one. */
  #ending = false;

  constructor(store: Store, link: RegistryAccess, events: EventBus) {
    this.#store = store;
    this.#link = link;
    this.#events = events;
  }

  /**
   * Starts a sync, or joins the one that runs. Returns at once; the state tells how far it is.
   *
   * @throws CONSOLE_LOCKED
   */
  async start(actor: Actor): Promise<void> {
    while (this.#running !== undefined) {
      if (!this.#ending) return;
      await this.settled();
    }
    this.#ending = false;
    const started: SyncState = {
      state: 'running',
      startedAt: new Date().toISOString(),
      finishedAt: null,
      done: 0,
      total: 0,
      message: 'Listing the release markers',
      refused: [],
    };
    const begin = change(this.#store.db, async (trx) => {
      await recordAudit(trx, actor, { action: 'registry.sync', subject: packRegistryName });
      await writeSyncState(trx, started);
    });
    // Set before the first await ends, so that a second call joins this one.
    this.#running = begin
      .then(() => this.#run(started))
      .finally(() => {
        this.#running = undefined;
      });
    this.#running.catch(() => undefined);
    await begin;
  }

  /** Waits until no sync runs. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  /** Tells of a sync that ended with the process it ran in. */
  async endAbandoned(): Promise<void> {
    if (this.#store.shared) return;
    const state = await readSyncState(this.#store.db);
    if (state.state !== 'running') return;
    const message = 'The console was stopped during the sync; sync again';
    await writeSyncState(this.#store.db, { ...state, state: 'failed', finishedAt: new Date().toISOString(), message });
  }

  async #run(started: SyncState): Promise<void> {
    const { db } = this.#store;
    let state = started;
    const report = async (change: Partial<SyncState>): Promise<void> => {
      state = { ...state, ...change };
      await writeSyncState(db, state);
      this.#events.publish({ kind: 'sync', subject: packRegistryName });
    };
    try {
      const found = await this.#sync(db, report);
      this.#ending = true;
      await report({ ...found, state: 'succeeded', finishedAt: new Date().toISOString() });
    } catch (error) {
      this.#ending = true;
      const { message, hint } = asSealiftError(error);
      await report({ state: 'failed', finishedAt: new Date().toISOString(), message: `${message}. ${hint}` });
    }
    await db.transaction().execute((trx) =>
      recordAudit(trx, systemActor, {
        action: 'registry.synced',
        subject: packRegistryName,
        details: {
          state: state.state,
          message: state.message,
          refused: state.refused.map(({ name, code }) => ({ name, code })),
        },
      }),
    );
    this.#events.publish({ kind: 'catalogue', subject: packRegistryName });
  }

  async #sync(db: Db, report: (change: Partial<SyncState>) => Promise<void>): Promise<Partial<SyncState>> {
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
    return { done: tags.length, total: tags.length, refused, message: outcome(releases, packs, refused.length) };
  }
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

function outcome(releases: Count, packs: Count, refused: number): string {
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
