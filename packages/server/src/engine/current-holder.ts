import { randomUUID } from 'node:crypto';
import type { LeasePort } from '@sealift/upgrade/ports/lease';

/** Who acts on the site through this process: its engine, under the newest lease that it took. */
export class CurrentHolder {
  readonly id: string = randomUUID();
  #epoch = 0;

  /** The epoch is 0 until a lease was taken. */
  now(): { readonly id: string; readonly epoch: number } {
    return { id: this.id, epoch: this.#epoch };
  }

  /** The same lease; what is taken of it is noticed. */
  watch(lease: LeasePort): LeasePort {
    return {
      acquire: async (holder, ttlMs) => {
        const taken = await lease.acquire(holder, ttlMs);
        if (taken !== null) this.#epoch = taken.epoch;
        return taken;
      },
      renew: (...given) => lease.renew(...given),
      release: (...given) => lease.release(...given),
    };
  }
}
