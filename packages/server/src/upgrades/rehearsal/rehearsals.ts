import { randomUUID } from 'node:crypto';
import { asSealiftError, SealiftError } from '@sealift/core/errors';
import { legText, type UpgradeRehearsal } from '@sealift/core/rehearsal';
import type { RehearsalsPort, RehearsalWish } from '@sealift/upgrade/ports/rehearsals';
import { type Actor, systemActor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import type { EventBus } from '../../notify/event-bus.ts';
import { change } from '../../store/change.ts';
import type { Db, Store } from '../../store/store.ts';
import { beatMs, cutFailure, endAbandoned, loadRehearsal, storeBegun, storeProgress } from './stored-rehearsal.ts';

/** What is to be rehearsed, and for whom. */
export interface BegunRehearsal {
  readonly upgradeId: string;
  readonly wish: RehearsalWish;
  readonly actor: Actor;
  /** Done once it has ended, unless the console stops. */
  readonly after: () => Promise<void>;
}

/**
 * Rehearses minors of Kubernetes on copies of the cluster, one at a time. How far it is and what was found lies in the store, so that every
 * console of the database can tell.
 */
export class Rehearsals {
  readonly #store: Pick<Store, 'db' | 'shared'>;
  readonly #cluster: { readonly rehearsals: RehearsalsPort };
  readonly #events: EventBus;
  readonly #stop = new AbortController();
  #onFailure: (error: unknown) => void = () => undefined;
  #running: { readonly what: string; ended: Promise<void> } | undefined;

  constructor(store: Pick<Store, 'db' | 'shared'>, cluster: { readonly rehearsals: RehearsalsPort }, events: EventBus) {
    this.#store = store;
    this.#cluster = cluster;
    this.#events = events;
  }

  /** Takes note that what an earlier process did is not done any more. @param onFailure told of what could not be stored */
  async open(onFailure: (error: unknown) => void): Promise<void> {
    this.#onFailure = onFailure;
    if (!this.#store.shared) await endAbandoned(this.#store.db);
  }

  /**
   * Begins a rehearsal of an upgrade; returns once it is stored that it has begun.
   *
   * @throws REHEARSAL_RUNNING, REHEARSAL_PROGRAMS_MISSING, CLUSTER_SIMULATED, CLUSTER_NOT_CONNECTED, CONSOLE_LOCKED
   */
  async begin(begun: BegunRehearsal): Promise<void> {
    const { upgradeId, wish, actor } = begun;
    if (this.#running !== undefined) {
      throw new SealiftError('REHEARSAL_RUNNING', { values: { what: this.#running.what } });
    }
    const running = { what: wish.legs.map(legText).join('; '), ended: Promise.resolve() };
    this.#running = running;
    const run = randomUUID();
    const first = begunNow(wish, actor);
    try {
      const lacking = await this.#cluster.rehearsals.lacking(wish, this.#stop.signal);
      if (lacking.length > 0) {
        throw new SealiftError('REHEARSAL_PROGRAMS_MISSING', { values: { programs: lacking.join(', no ') } });
      }
      await change(this.#store.db, async (trx) => {
        // Two who ask at once come one after the other, also at different consoles.
        await trx.selectFrom('upgrade').select('id').where('id', '=', upgradeId).forUpdate().executeTakeFirst();
        const last = await loadRehearsal(trx, upgradeId);
        if (last?.state === 'running') throw new SealiftError('REHEARSAL_RUNNING', { values: { what: running.what } });
        await storeBegun(trx, upgradeId, run, first);
        await recordAudit(trx, actor, {
          action: 'upgrade.rehearse',
          subject: upgradeId,
          details: { legs: [...wish.legs] },
        });
      });
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
    this.#tell(upgradeId);
    running.ended = this.#run(begun, run, first).finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running?.ended;
  }

  async #run({ upgradeId, wish, after }: BegunRehearsal, run: string, first: UpgradeRehearsal): Promise<void> {
    const { db } = this.#store;
    let now = first;
    let writing = Promise.resolve();
    const keep = (news: Partial<UpgradeRehearsal>): void => {
      now = { ...now, ...news };
      const state = now;
      writing = writing.then(() => storeProgress(db, run, state)).catch(this.#onFailure);
      void writing.then(() => this.#tell(upgradeId));
    };
    const beat = setInterval(() => keep({}), beatMs);
    try {
      const { cluster, ways } = await this.#cluster.rehearsals.rehearse(
        wish,
        (stage) => keep({ stage }),
        this.#stop.signal,
      );
      keep({ state: 'ended', finishedAt: new Date().toISOString(), cluster, ways: [...ways] });
    } catch (error) {
      const { message, hint } = asSealiftError(error);
      const failure = this.#stop.signal.aborted ? cutFailure : { message, hint };
      keep({ state: 'failed', finishedAt: new Date().toISOString(), failure });
    } finally {
      clearInterval(beat);
    }
    await writing;
    await this.#record(db, upgradeId, now).catch(this.#onFailure);
    // The preflight tells of it from now on.
    if (!this.#stop.signal.aborted) await after().catch(this.#onFailure);
    this.#tell(upgradeId);
  }

  async #record(db: Db, subject: string, { state, ways, failure }: UpgradeRehearsal): Promise<void> {
    const details = {
      state,
      ...(failure === null ? {} : { reason: failure.message }),
      findings: ways.map(({ way, other, found }) => ({ way, other, found })),
    };
    await db
      .transaction()
      .execute((trx) => recordAudit(trx, systemActor, { action: 'upgrade.rehearsed', subject, details }));
  }

  #tell(subject: string): void {
    this.#events.publish({ kind: 'upgrade', subject });
  }
}

function begunNow({ legs }: RehearsalWish, { name }: Actor): UpgradeRehearsal {
  return {
    state: 'running',
    by: name,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    stage: 'beginning',
    legs: [...legs],
    cluster: null,
    ways: [],
    failure: null,
  };
}
