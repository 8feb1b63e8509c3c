import { fromKysely, type PgBoss } from 'pg-boss';
import type { Trx } from '../store/store.ts';

/** No job takes longer; pg-boss would take a longer one for dead. */
const expireInSeconds = 23 * 3600;
/** Only this process asks for jobs, and wakes its worker itself; looking is for the clock's own ones. */
const pollingIntervalSeconds = 20;

/**
 * A queue of which one job runs, and at most one more waits: what is asked for while it is being done is done once more
 * afterwards, because what is under way may have looked already.
 */
export class JobQueue {
  readonly #boss: PgBoss;
  readonly name: string;
  /** Jobs that did not come to their end: under way in a process that is gone, or cut off by the store. They are not begun again. */
  readonly abandoned: number;
  #worker: string | undefined;

  private constructor(boss: PgBoss, name: string, abandoned: number) {
    this.#boss = boss;
    this.name = name;
    this.abandoned = abandoned;
  }

  static async open(boss: PgBoss, name: string): Promise<JobQueue> {
    await boss.createQueue(name, { policy: 'stately', retryLimit: 0, expireInSeconds });
    const known = await boss.findJobs(name);
    const underWay = known.filter(({ state }) => state === 'active').map(({ id }) => id);
    if (underWay.length > 0) await boss.fail(name, underWay);
    const failed = known.filter(({ state }) => state === 'failed').length;
    await boss.deleteStoredJobs(name);
    return new JobQueue(boss, name, underWay.length + failed);
  }

  /** Begins to do jobs, what waits already first. */
  async work(run: () => Promise<void>): Promise<void> {
    this.#worker = await this.#boss.work(this.name, { pollingIntervalSeconds }, run);
  }

  /**
   * Asks for a job, as part of a transaction; {@link wake} after it.
   *
   * @returns false when one waits already, which will do
   */
  async request(trx: Trx): Promise<boolean> {
    return (await this.#boss.send(this.name, null, { db: fromKysely(trx) })) !== null;
  }

  /** Whether a job waits. */
  async isWaiting(trx: Trx): Promise<boolean> {
    return (await this.#boss.findJobs(this.name, { queued: true, db: fromKysely(trx) })).length > 0;
  }

  /** Does no further job; one under way goes on. */
  async leave(): Promise<void> {
    if (this.#worker !== undefined) await this.#boss.offWork(this.name, { wait: false });
    this.#worker = undefined;
  }

  /** Has the worker look now. */
  wake(): void {
    if (this.#worker !== undefined) this.#boss.notifyWorker(this.#worker);
  }

  /** Asks for a job at each time that the expression names. @param cron five fields, in UTC (POSIX crontab) */
  async repeat(cron: string): Promise<void> {
    await this.#boss.schedule(this.name, cron);
  }
}
