import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { SealiftError } from '@sealift/core/errors';
import { startThread, type ThreadProgram } from '@sealift/io/thread-program';
import { smallThread } from '../hashing/background-hash.ts';
import { checkBufferBytes, type CheckJob, checkJob, type CheckOutcome, type OpenPart } from './check-job.ts';
import type { FromCheckThread } from './check-thread.ts';

export const checkThread: ThreadProgram = {
  asset: 'check-thread.cjs',
  source: new URL('./check-thread.ts', import.meta.url),
};

/** Hashing stops to gain where the disk is the limit, and every thread costs some 12 MiB of memory. */
const maxThreads = 3;
/** Below this, starting threads takes longer than the work. */
const inlineBytes = 8 * 1024 * 1024;

export interface CheckOptions {
  /** Hears how many more bytes have been read. */
  readonly onBytes: (count: number) => void;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Does jobs on several threads, in their order as far as threads are free, and stops at the first that finds damage. Threads read by
 * themselves: nothing is copied between them.
 *
 * @returns how each job ended, in order; those that were not begun before one found damage are undefined
 * @throws CANCELLED
 */
export async function runJobs(
  jobs: readonly CheckJob[],
  parts: readonly OpenPart[],
  options: CheckOptions,
): Promise<readonly (CheckOutcome | undefined)[]> {
  const bytes = jobs.reduce((sum, { length }) => sum + length, 0);
  if (bytes <= inlineBytes) return runHere(jobs, parts, options);
  const threads = Math.min(jobs.length, maxThreads, availableParallelism());
  const queue = new JobQueue(jobs);
  const running = Array.from({ length: threads }, () => new CheckThread(parts, options.onBytes));
  const stop = (): void => queue.stop(new SealiftError('CANCELLED'));
  options.cancel?.addEventListener('abort', stop);
  if (options.cancel?.aborted === true) stop();
  try {
    await Promise.race([Promise.all(running.map((thread) => serveQueue(thread, queue))), queue.stopped]);
    // A copy: threads that are ended below still report that.
    return [...queue.outcomes];
  } finally {
    options.cancel?.removeEventListener('abort', stop);
    // The file must not be closed, and its number not given to another, while a thread may read it.
    await Promise.all(running.map((thread) => thread.end()));
  }
}

function runHere(jobs: readonly CheckJob[], parts: readonly OpenPart[], options: CheckOptions) {
  const buffer = Buffer.allocUnsafe(Math.min(checkBufferBytes, Math.max(1, ...jobs.map(({ length }) => length))));
  const outcomes: CheckOutcome[] = [];
  for (const job of jobs) {
    if (options.cancel?.aborted === true) throw new SealiftError('CANCELLED');
    const outcome = checkJob(job, parts, buffer, options.onBytes);
    outcomes.push(outcome);
    if (isBad(outcome)) break;
  }
  return outcomes;
}

async function serveQueue(thread: CheckThread, queue: JobQueue): Promise<void> {
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    queue.ended(next.index, await thread.run(next.job));
  }
}

function isBad({ kind }: CheckOutcome): boolean {
  return kind === 'damaged' || kind === 'unreadable';
}

/** Jobs not begun yet, and how the others ended. */
class JobQueue {
  readonly outcomes: (CheckOutcome | undefined)[];
  /** Settles when no job is to be waited for any more: one found damage, or all is called off. */
  readonly stopped: Promise<void>;
  readonly #jobs: readonly CheckJob[];
  readonly #settle: PromiseWithResolvers<void>;
  #next = 0;

  constructor(jobs: readonly CheckJob[]) {
    this.#jobs = jobs;
    this.outcomes = jobs.map(() => undefined);
    this.#settle = Promise.withResolvers();
    this.stopped = this.#settle.promise;
    // Called off before anyone waits: the race hears of it later, and until then it must not end the process.
    this.stopped.catch(() => undefined);
  }

  take(): { readonly index: number; readonly job: CheckJob } | undefined {
    const job = this.#jobs[this.#next];
    if (job === undefined) return undefined;
    this.#next += 1;
    return { index: this.#next - 1, job };
  }

  ended(index: number, outcome: CheckOutcome): void {
    this.outcomes[index] = outcome;
    if (!isBad(outcome)) return;
    this.#next = this.#jobs.length;
    this.#settle.resolve();
  }

  stop(error: SealiftError): void {
    this.#next = this.#jobs.length;
    this.#settle.reject(error);
  }
}

/** One thread, which does one job at a time. */
class CheckThread {
  readonly #worker: Worker;
  readonly #onBytes: (count: number) => void;

  constructor(parts: readonly OpenPart[], onBytes: (count: number) => void) {
    this.#onBytes = onBytes;
    this.#worker = startThread(checkThread, { workerData: parts, resourceLimits: smallThread });
    // A thread that fails while it has no job must not end the process; its next job fails.
    this.#worker.on('error', () => undefined);
  }

  run(job: CheckJob): Promise<CheckOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<CheckOutcome>();
    const onMessage = (message: FromCheckThread): void => {
      if (message.kind === 'progress') this.#onBytes(message.bytes);
      else resolve(message.outcome);
    };
    const onExit = (): void => resolve({ kind: 'unreadable', reason: 'the thread that read it ended' });
    this.#worker.on('message', onMessage).once('error', reject).once('exit', onExit);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window: it has no origin
    this.#worker.postMessage(job);
    return promise.finally(() => this.#worker.off('message', onMessage).off('error', reject).off('exit', onExit));
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
