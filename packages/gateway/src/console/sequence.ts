import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '@sealift/io/durable-file';

/**
 * Numbers signed requests so that each is greater than all before, whatever the clock does: the time, or one more than the last. A number that
 * could not be kept is used all the same: the console refuses what is not newer.
 */
export class Sequence {
  readonly #path: string;
  #last: number | undefined;

  /** @param path of the file that keeps the last one */
  constructor(path: string) {
    this.#path = path;
  }

  async next(): Promise<number> {
    this.#last ??= await lastOf(this.#path);
    this.#last = Math.max(this.#last + 1, Date.now());
    await writeFileAtomically(this.#path, `${this.#last}\n`, 0o600).catch(() => undefined);
    return this.#last;
  }
}

async function lastOf(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const last = /^\d{1,15}\n$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(last) ? last : 0;
}
