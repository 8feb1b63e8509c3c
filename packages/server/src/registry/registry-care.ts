import type { CleanUpReport, CleanUpRequest, RegistryCareState, ReleaseName, ScrubReport } from '@sealift/core/api';
import { asSealiftError, isSealiftError, SealiftError } from '@sealift/core/errors';
import type { RegistryStorage } from '@sealift/registry/storage';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import { change, lockedBy } from '../store/change.ts';
import type { Store } from '../store/store.ts';
import { type CareState, nothingYet, readCareState, writeCareState } from './care-state.ts';
import { retention } from './retention.ts';

/** Whatever was uploaded or asked for so recently stays, in milliseconds: a push may be under way, or its sync still to come. */
const graceMs = 24 * 3_600_000;
const cleanUpEveryMs = 24 * 3_600_000;
const scrubEveryMs = 7 * 24 * 3_600_000;
/** On the hour: what is due is looked for. */
const lookAt = '0 * * * *';
const subject = 'embedded registry';

type Task = 'clean-up' | 'scrub';

/** What is looked after, and where that is written down. */
export interface CaredFor {
  readonly storage: RegistryStorage;
  readonly statePath: string;
  /** Told of damage, and of care that failed. */
  readonly warn: (message: string, details: object) => void;
}

/**
 * Looks after the embedded registry: a clean-up a day, a scrub a week, and both when asked. One at a time. No clean-up begins
 * while an upgrade runs; one that is confirmed meanwhile finds everything it needs, because that is never removed.
 */
export class RegistryCare {
  readonly #store: Store;
  readonly #stop = new AbortController();
  #cared: CaredFor | undefined;
  #state: CareState = nothingYet;
  #running: { readonly task: Task; readonly ended: Promise<void> } | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Begins to look after a registry, when asked. */
  async begin(cared: CaredFor): Promise<void> {
    this.#state = await readCareState(cared.statePath);
    this.#cared = cared;
  }

  /** Does what is due by itself from now on, as jobs of a queue. */
  async schedule(queue: JobQueue): Promise<void> {
    await queue.repeat(lookAt);
    await queue.work(async () => {
      await this.doWhatIsDue(new Date());
      await this.settled();
    });
  }

  /** How things stand. @throws NOT_FOUND when there is no embedded registry */
  get state(): RegistryCareState {
    return { usedBytes: this.#demand().storage.usedBytes, running: this.#running?.task ?? null, ...this.#state };
  }

  /** Starts what should have been done by now, if anything; a scrub only when no clean-up is due. */
  async doWhatIsDue(now: Date): Promise<void> {
    if (this.#running !== undefined || (await lockedBy(this.#store.db)) !== null) return;
    const { lastCleanUp, lastScrub } = this.#state;
    const isDue = (last: { finishedAt: string } | null, every: number): boolean =>
      last === null || now.getTime() - Date.parse(last.finishedAt) >= every;
    if (isDue(lastCleanUp?.dryRun === false ? lastCleanUp : null, cleanUpEveryMs)) {
      await this.cleanUp(systemActor, { dryRun: false, superseded: false });
    } else if (isDue(lastScrub, scrubEveryMs)) await this.scrub(systemActor);
  }

  /**
   * Starts a clean-up; the report follows in the state.
   *
   * @throws CONSOLE_LOCKED while an upgrade runs, REGISTRY_CARE_RUNNING, NOT_FOUND
   */
  async cleanUp(actor: Actor, request: CleanUpRequest): Promise<void> {
    const { storage } = this.#demand();
    await this.#start('clean-up', actor, request, async () => {
      const report = await this.#cleanUp(storage, request);
      await this.#remember({ lastCleanUp: report });
      const { removed: _listed, ...numbers } = report;
      return numbers;
    });
  }

  /** Starts a scrub; the report follows in the state. @throws CONSOLE_LOCKED, REGISTRY_CARE_RUNNING, NOT_FOUND */
  async scrub(actor: Actor): Promise<void> {
    const { storage, warn } = this.#demand();
    await this.#start('scrub', actor, {}, async () => {
      const report = await this.#scrub(storage);
      await this.#remember({ lastScrub: report });
      if (report.damaged.length > 0) {
        warn('stored content is damaged and was put aside; push it again', { damaged: report.damaged });
      }
      return report;
    });
  }

  /** Sets which releases no clean-up removes. @throws CONSOLE_LOCKED, NOT_FOUND */
  async keepReleases(actor: Actor, keptReleases: readonly ReleaseName[]): Promise<void> {
    this.#demand();
    await change(this.#store.db, (trx) =>
      recordAudit(trx, actor, { action: 'registry.keep', subject, details: { keptReleases } }),
    );
    await this.#remember({ keptReleases: [...keptReleases] });
  }

  /** Waits until nothing runs. */
  async settled(): Promise<void> {
    await this.#running?.ended;
  }

  /** Stops: a scrub ends at the next blob, a clean-up when it is through. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.settled();
  }

  #demand(): CaredFor {
    if (this.#cared !== undefined) return this.#cared;
    throw new SealiftError('NOT_FOUND', { values: { what: 'embedded registry', name: 'in this process' } });
  }

  async #start(
    task: Task,
    actor: Actor,
    details: Readonly<Record<string, unknown>>,
    work: () => Promise<Readonly<Record<string, unknown>>>,
  ): Promise<void> {
    if (this.#running !== undefined) {
      throw new SealiftError('REGISTRY_CARE_RUNNING', { values: { task: this.#running.task } });
    }
    const begin = change(this.#store.db, (trx) =>
      recordAudit(trx, actor, { action: `registry.${task}`, subject, details }),
    );
    const ended = begin
      .then(work)
      .then((found) => this.#succeeded(task, found))
      .catch((error: unknown) => this.#failed(task, error))
      .finally(() => {
        this.#running = undefined;
      });
    this.#running = { task, ended };
    await begin;
  }

  async #succeeded(task: Task, details: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#state.lastFailure?.task === task) await this.#remember({ lastFailure: null });
    await this.#store.db
      .transaction()
      .execute((trx) => recordAudit(trx, systemActor, { action: `registry.${task}.ended`, subject, details }));
  }

  async #failed(task: Task, error: unknown): Promise<void> {
    if (isSealiftError(error, 'CONSOLE_LOCKED')) return;
    this.#cared?.warn(`the registry's ${task} failed`, { err: error });
    const { message, hint } = asSealiftError(error);
    const lastFailure = { task, at: new Date().toISOString(), message: `${message}. ${hint}` };
    await this.#remember({ lastFailure }).catch(() => undefined);
  }

  async #cleanUp(storage: RegistryStorage, { dryRun, superseded }: CleanUpRequest): Promise<CleanUpReport> {
    const startedAt = new Date().toISOString();
    const { db } = this.#store;
    const { keep, isExpired, expired } = await retention(db, this.#state.keptReleases);
    const releases = superseded ? expired : [];
    const found = await storage.collectGarbage({
      keep,
      graceMs,
      dryRun,
      ...(superseded ? { isExpired } : {}),
    });
    // After the content: whatever is interrupted here is found and done by the next clean-up.
    if (!dryRun) {
      for (const { product, version } of releases) {
        await db
          .deleteFrom('catalogue_release')
          .where('product', '=', product)
          .where('version', '=', version)
          .execute();
      }
    }
    const removed = found.removed.map((one) => ({ ...one, tags: [...one.tags] }));
    return { startedAt, finishedAt: new Date().toISOString(), ...found, removed, releases: [...releases] };
  }

  async #scrub(storage: RegistryStorage): Promise<ScrubReport> {
    const startedAt = new Date().toISOString();
    const found = await storage.scrub({ cancel: this.#stop.signal });
    return { startedAt, finishedAt: new Date().toISOString(), ...found, damaged: [...found.damaged] };
  }

  async #remember(news: Partial<CareState>): Promise<void> {
    const { statePath } = this.#demand();
    this.#state = { ...this.#state, ...news };
    await writeCareState(statePath, this.#state);
  }
}
