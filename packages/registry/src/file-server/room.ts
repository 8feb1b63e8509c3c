import { statfs } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';

/** What an upload may still write. */
export interface RoomLease extends Disposable {
  /** Counts bytes that were written; asks for more where the length was not known. @throws FILES_NO_ROOM */
  wrote(bytes: number): Promise<void>;
}

/** How much is asked for at a time where nobody said how much comes. */
const stepBytes = 64 * 1024 * 1024;

/** The room of a folder, of which uploads that go on at once have each their own. */
export class Room {
  readonly #folder: string;
  readonly #keptBytes: number;
  /** Promised to uploads and not written yet. */
  #promised = 0;

  /** @param keptBytes what stays free for others */
  constructor(folder: string, keptBytes: number) {
    this.#folder = folder;
    this.#keptBytes = keptBytes;
  }

  /** @param sizeBytes undefined where nobody says it @throws FILES_NO_ROOM */
  async lease(sizeBytes: number | undefined): Promise<RoomLease> {
    let left = 0;
    /** @returns what is free where that is too little */
    const take = async (bytes: number): Promise<number | undefined> => {
      // Promised before it is looked at: two that look at once must not both find the same room.
      this.#promised += bytes;
      left += bytes;
      const freeBytes = await this.#free();
      if (this.#promised <= freeBytes) return undefined;
      this.#promised -= bytes;
      left -= bytes;
      return Math.max(0, freeBytes);
    };
    const demand = async (neededBytes: number): Promise<void> => {
      const freeBytes = await take(neededBytes);
      if (freeBytes !== undefined) throw new SealiftError('FILES_NO_ROOM', { values: { neededBytes, freeBytes } });
    };
    await demand(sizeBytes ?? 0);
    return {
      wrote: async (bytes) => {
        const lacking = bytes - left;
        // Near the end of the room a step is too much, and what comes may still fit.
        if (lacking > 0 && (lacking > stepBytes || (await take(stepBytes)) !== undefined)) await demand(lacking);
        left -= bytes;
        this.#promised -= bytes;
      },
      [Symbol.dispose]: () => {
        this.#promised -= left;
        left = 0;
      },
    };
  }

  /** Bytes that uploads may use, before what was promised. */
  async #free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize - this.#keptBytes;
  }
}
