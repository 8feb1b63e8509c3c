import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { isMissing } from '@sealift/io/file-errors';
import { digestAlgorithms } from './content-digest.ts';
import type { StoragePaths } from './paths.ts';

/** Counts the bytes the storage holds, uploads under way included, and refuses more than allowed. */
export class Quota {
  readonly #limitBytes: number | undefined;
  #usedBytes = 0;

  private constructor(limitBytes: number | undefined) {
    this.#limitBytes = limitBytes;
  }

  /** Measures what is there. */
  static async measure(paths: StoragePaths, limitBytes: number | undefined): Promise<Quota> {
    const quota = new Quota(limitBytes);
    for (const folder of digestAlgorithms.map((algorithm) => paths.blobs(algorithm))) {
      for (const name of await entries(folder)) quota.#usedBytes += await sizeOf(join(folder, name));
    }
    for (const id of await entries(paths.uploads)) quota.#usedBytes += await sizeOf(join(paths.uploads, id, 'data'));
    return quota;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Asks beforehand whether so much more is allowed. @throws STORAGE_QUOTA_EXCEEDED */
  demand(bytes: number): void {
    if (this.#limitBytes === undefined || this.#usedBytes + bytes <= this.#limitBytes) return;
    throw new SealiftError('STORAGE_QUOTA_EXCEEDED', {
      values: { limitBytes: this.#limitBytes, usedBytes: this.#usedBytes },
    });
  }

  /** Counts bytes that are about to be written. @throws STORAGE_QUOTA_EXCEEDED */
  take(bytes: number): void {
    this.demand(bytes);
    this.#usedBytes += bytes;
  }

  /** Counts bytes that are gone. */
  give(bytes: number): void {
    this.#usedBytes = Math.max(0, this.#usedBytes - bytes);
  }
}

async function entries(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
