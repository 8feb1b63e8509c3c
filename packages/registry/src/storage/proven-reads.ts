import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { type CheckedStorage, checkBlob } from './check-blob.ts';
import { algorithmOf, type ContentDigest } from './content-digest.ts';

/** Up to here a blob is read through before its first byte is sent; a larger one is proved on its way, so that nobody waits for it. */
const readFirstBytes = 64 * 1024 * 1024;

/** How many blobs are read through at a time for those who only ask whether they are there; each reading holds a few MiB. */
const askedAtOnce = 4;

/**
 * Proves each blob at its first reading since the start, or the first time that somebody asks for it, so that what a disk damaged meanwhile is
 * neither served as good nor left out of a push because it is here. What a process has written itself it has hashed itself.
 *
 * A proof lasts as long as the process. It is not kept beside the content: what a disk does to bytes leaves size, time and inode as they were.
 */
export class ProvenReads {
  readonly #storage: CheckedStorage;
  readonly #proven = new Set<ContentDigest>();
  /** One reading for all who ask at the same time. */
  readonly #proving = new Map<ContentDigest, Promise<boolean>>();
  readonly #waiting: (() => void)[] = [];
  #asked = 0;

  constructor(storage: CheckedStorage) {
    this.#storage = storage;
  }

  /** Whether a blob may be read: it is known to be sound, or is proved now, or its stream proves itself. */
  async mayRead(digest: ContentDigest, sizeBytes: number, whole: boolean): Promise<boolean> {
    if (this.#proven.has(digest) || (whole && sizeBytes > readFirstBytes)) return true;
    return await this.#prove(digest);
  }

  /** Whether a blob is here and sound, however large it is; who asks waits until that is known. */
  async isSound(digest: ContentDigest): Promise<boolean> {
    if (this.#proven.has(digest)) return true;
    const running = this.#proving.get(digest);
    if (running !== undefined) return await running;
    if (this.#asked >= askedAtOnce) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#asked += 1;
    try {
      return this.#proven.has(digest) || (await this.#prove(digest));
    } finally {
      // A turn is handed on as it is.
      const next = this.#waiting.shift();
      if (next === undefined) this.#asked -= 1;
      else next();
    }
  }

  /** Takes a blob for sound whose bytes were hashed while they were written. */
  written(digest: ContentDigest): void {
    this.#proven.add(digest);
  }

  /** A whole blob's bytes. While it is not proved, its end is held back until its digest is right: a client never takes it for complete. */
  stream(digest: ContentDigest, bytes: Readable): Readable {
    return this.#proven.has(digest) ? bytes : Readable.from(this.#provedOnTheWay(digest, bytes), { objectMode: false });
  }

  #prove(digest: ContentDigest): Promise<boolean> {
    const running = this.#proving.get(digest);
    if (running !== undefined) return running;
    const proof = checkBlob(this.#storage, digest)
      .then((found) => {
        if (found?.sound === true) this.#proven.add(digest);
        return found?.sound === true;
      })
      .finally(() => this.#proving.delete(digest));
    this.#proving.set(digest, proof);
    return proof;
  }

  async *#provedOnTheWay(digest: ContentDigest, bytes: Readable): AsyncGenerator<Uint8Array, void, undefined> {
    const hash = createHash(algorithmOf(digest));
    let held: Uint8Array | undefined;
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      if (held !== undefined) yield held;
      held = chunk;
    }
    const actual = `${algorithmOf(digest)}:${hash.digest('hex')}`;
    if (actual !== digest) {
      await checkBlob(this.#storage, digest);
      throw new SealiftError('STORAGE_DAMAGED', { values: { expected: digest, actual } });
    }
    this.#proven.add(digest);
    if (held !== undefined) yield held;
  }
}
