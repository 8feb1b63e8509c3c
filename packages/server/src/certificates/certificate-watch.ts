import type { Certificate } from '@sealift/core/api';
import { newsOfCertificate } from '@sealift/core/notification';
import type { JobQueue } from '../jobs/job-queue.ts';
import { recordNews } from '../outbox/record-news.ts';
import type { Db } from '../store/store.ts';
import { listCertificates } from './list-certificates.ts';

/** Each morning, by UTC. */
const lookAt = '41 6 * * *';
/** A certificate is told of when it has no more days than these left, once for each. */
const toldAtDays = [0, 1, 7, 30] as const;
const dayMs = 86_400_000;

/** Has certificates told that run out, once for each of some days before their end. */
export class CertificateWatch {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Looks from now on, as jobs of a queue. @param onFailure told of what failed; it is tried again the next day */
  async begin(queue: JobQueue, onFailure: (error: unknown) => void): Promise<void> {
    await queue.repeat(lookAt);
    await queue.work(() => this.look(new Date()).catch(onFailure));
  }

  /** @throws RECORD_DAMAGED */
  async look(now: Date): Promise<void> {
    for (const certificate of (await listCertificates(this.#db, now)).certificates) {
      await this.#tell(certificate, now);
    }
  }

  async #tell({ where, fingerprint, validTo }: Certificate, now: Date): Promise<void> {
    const days = Math.max(0, (Date.parse(validTo) - now.getTime()) / dayMs);
    const threshold = toldAtDays.find((one) => days <= one);
    if (threshold === undefined) return;
    await this.#db.transaction().execute(async (trx) => {
      const isNew = await trx
        .insertInto('certificate_told')
        .values({ fingerprint, place: where, days: threshold })
        .onConflict((conflict) => conflict.columns(['fingerprint', 'place', 'days']).doNothing())
        .returning('days')
        .executeTakeFirst();
      if (isNew !== undefined) await recordNews(trx, newsOfCertificate({ where, validTo, fingerprint }, days));
    });
  }
}
