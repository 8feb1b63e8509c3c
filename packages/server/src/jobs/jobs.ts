import { PgBoss } from 'pg-boss';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { JobDatabase } from '../store/store.ts';
import { JobQueue } from './job-queue.ts';

/** A job under way is waited for when the console stops, however long it takes; in milliseconds. */
const stopWithinMs = 24 * 3_600_000;

/**
 * Work that outlives the request it was asked by: its queues lie in the store (pg-boss, in a schema of its own), so that what
 * waits there survives the process, and what one process does no other one begins.
 */
export class Jobs {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /**
   * @param onError told of what fails while nobody waits for it, such as a database that is gone for a while; it is tried again
   * @throws STORE_UNREACHABLE
   */
  static async open(database: JobDatabase, onError: (error: unknown) => void): Promise<Jobs> {
    const boss = new PgBoss(database);
    boss.on('error', onError);
    try {
      await boss.start();
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => undefined);
      throw unusable(error);
    }
    return new Jobs(boss);
  }

  /** Opens the queue of that name, which only this process works on. */
  queue(name: string): Promise<JobQueue> {
    return JobQueue.open(this.#boss, name);
  }

  /** Begins no further job, and waits for those under way. */
  async close(): Promise<void> {
    await this.#boss.stop({ timeout: stopWithinMs });
  }
}

/** The queues lie in a schema of their own, which the first start makes (PostgreSQL, error 42501 `insufficient_privilege`). */
function unusable(error: unknown): SealiftError {
  const mayNot = error instanceof Error && 'code' in error && error.code === '42501';
  const hint =
    'Let the user of DATABASE_URL make a schema, GRANT CREATE ON DATABASE … TO …, and start the console again.';
  return new SealiftError('STORE_UNREACHABLE', {
    values: { reason: reasonOf(error) },
    cause: error,
    ...(mayNot ? { hint } : {}),
  });
}
