import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { SyncState } from '@sealift/core/api';
import { type Actor, systemActor } from '../audit/actor.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { EventBus } from '../notify/event-bus.ts';
import type { Store } from '../store/store.ts';
import { RegistrySync, type SyncedRegistry } from './registry-sync.ts';
import { packRegistryName } from './sync-state.ts';

/** What knows the registries, and how each is read. */
export interface RegistriesToSync {
  /** The names of those that there are. */
  names(): Promise<readonly string[]>;
  /** Names by how often each is read without being asked for, in minutes. */
  intervals(): Promise<ReadonlyMap<string, number>>;
  synced(name: string): SyncedRegistry;
}

/** A sync that is said to be under way for longer has ended with the process it was in. */
const longestMs = 23 * 3_600_000;

/** A sync of each registry, with a queue of its own: one that is away stops no other. */
export class RegistrySyncs {
  readonly #store: Store;
  readonly #registries: RegistriesToSync;
  readonly #events: EventBus;
  readonly #syncs = new Map<string, Promise<RegistrySync>>();
  #queueOf: ((name: string) => Promise<JobQueue>) | undefined;

  constructor(store: Store, registries: RegistriesToSync, events: EventBus) {
    this.#store = store;
    this.#registries = registries;
    this.#events = events;
  }

  /** Begins to work on the queues of all registries. @param queueOf opens the one of a registry */
  async begin(queueOf: (name: string) => Promise<JobQueue>): Promise<void> {
    this.#queueOf = queueOf;
    for (const name of await this.#registries.names()) await this.#syncOf(name);
  }

  /** Looks every minute which registries are due, as jobs of a queue. @param warn told of what could not be asked for */
  async schedule(queue: JobQueue, warn: (error: unknown) => void): Promise<void> {
    await queue.repeat('* * * * *');
    await queue.work(async () => {
      await this.startDue(new Date(), warn);
    });
  }

  /** Asks for a sync, by default of the console's own registry; see {@link RegistrySync.start}. @throws CONSOLE_LOCKED, NOT_FOUND */
  async start(actor: Actor, name = packRegistryName): Promise<void> {
    await (await this.#syncOf(name)).start(actor);
  }

  /** Asks for what is due; while an upgrade runs nothing is. */
  async startDue(now: Date, warn: (error: unknown) => void): Promise<void> {
    for (const [name, minutes] of await this.#registries.intervals()) {
      try {
        await (await this.#syncOf(name)).start(systemActor, (state) => isDue(state, minutes, now));
      } catch (error) {
        if (!isSealiftError(error, 'CONSOLE_LOCKED')) warn(error);
      }
    }
  }

  /** Works no more on the queue of a registry that was removed. */
  async forget(name: string): Promise<void> {
    const sync = this.#syncs.get(name);
    this.#syncs.delete(name);
    await (await sync)?.end();
  }

  /** One may have been added by another console of the same database. */
  async #syncOf(name: string): Promise<RegistrySync> {
    const queueOf = this.#queueOf;
    if (queueOf === undefined) throw new TypeError('the console does not work on its queues yet');
    if (!(await this.#registries.names()).includes(name)) {
      throw new SealiftError('NOT_FOUND', { values: { what: 'pack registry', name } });
    }
    const known = this.#syncs.get(name);
    if (known !== undefined) return await known;
    const begun = (async () => {
      const sync = new RegistrySync(this.#store, this.#registries.synced(name), this.#events);
      await sync.begin(await queueOf(name));
      return sync;
    })();
    this.#syncs.set(name, begun);
    begun.catch(() => this.#syncs.delete(name));
    return await begun;
  }
}

function isDue({ state, startedAt, finishedAt }: SyncState, minutes: number, now: Date): boolean {
  const since = (at: string | null): number =>
    at === null ? Number.POSITIVE_INFINITY : now.getTime() - Date.parse(at);
  if (state === 'running') return since(startedAt) > longestMs;
  return since(finishedAt) >= minutes * 60_000;
}
