import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { startThread, type ThreadProgram } from '@sealift/io/thread-program';
import type { FromHashThread, ToHashThread } from './hash-thread.ts';

export const hashThread: ThreadProgram = {
  asset: 'hash-thread.cjs',
  source: new URL('./hash-thread.ts', import.meta.url),
};

/** A thread that holds one buffer and little else. */
export const smallThread = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 8 };

/** Bytes that have been written to a file, open for reading too. */
export interface WrittenBytes {
  readonly bytes: Uint8Array;
  readonly fd: number;
  /** In the file. */
  readonly position: number;
}

/** A hash over bytes that are being written to files, one after the other. */
export interface BackgroundHash {
  update(written: WrittenBytes): void;
  /** Of everything so far, in hex: the file may be closed then. What follows is hashed anew. */
  digest(): Promise<string>;
  /** Gives up what is not done. */
  end(): Promise<void>;
}

/** Below this, starting a thread takes longer than the work. */
const inlineBytes = 8 * 1024 * 1024;

/**
 * Starts a hash: on a thread of its own when there is much to do, which then lags behind the writer and reads from the files.
 *
 * @param algorithm as `createHash` names it
 * @param expectedBytes how much there will be, about
 */
export function startBackgroundHash(algorithm: 'sha256' | 'blake2b512', expectedBytes: number): BackgroundHash {
  return expectedBytes <= inlineBytes ? hashHere(algorithm) : new ThreadHash(algorithm);
}

function hashHere(algorithm: string): BackgroundHash {
  let hash = createHash(algorithm);
  return {
    update: ({ bytes }) => void hash.update(bytes),
    digest: () => {
      const hex = hash.digest('hex');
      hash = createHash(algorithm);
      return Promise.resolve(hex);
    },
    end: () => Promise.resolve(),
  };
}

/** The thread is told of this much at once. */
const stretchBytes = 4 * 1024 * 1024;

class ThreadHash implements BackgroundHash {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<string>[] = [];
  #stretch: { fd: number; start: number; end: number } | undefined;
  #failure: Error | undefined;

  constructor(algorithm: string) {
    this.#worker = startThread(hashThread, { workerData: algorithm, resourceLimits: smallThread });
    this.#worker.on('message', (message: FromHashThread) => {
      if (message.kind === 'failed') this.#fail(new Error(message.reason));
      else this.#waiting.shift()?.resolve(message.hex);
    });
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(new Error('the thread that hashes ended')));
  }

  update({ bytes, fd, position }: WrittenBytes): void {
    const end = position + bytes.byteLength;
    if (this.#stretch?.fd === fd && this.#stretch.end === position) this.#stretch.end = end;
    else {
      this.#flush();
      this.#stretch = { fd, start: position, end };
    }
    if (this.#stretch.end - this.#stretch.start >= stretchBytes) this.#flush();
  }

  async digest(): Promise<string> {
    this.#flush();
    if (this.#failure !== undefined) throw this.#failure;
    const waiting = Promise.withResolvers<string>();
    this.#waiting.push(waiting);
    this.#tell({ kind: 'digest' });
    return await waiting.promise;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #flush(): void {
    if (this.#stretch !== undefined) this.#tell({ kind: 'written', ...this.#stretch });
    this.#stretch = undefined;
  }

  #tell(message: ToHashThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window: it has no origin
    this.#worker.postMessage(message);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
