import type { ResourceLimits, Worker } from 'node:worker_threads';
import { fromProblem, SealiftError } from '@sealift/core/errors';
import type { TaskAnswer, TaskRequest, Tasks } from './task-thread.ts';
import { startThread, type ThreadProgram } from './thread-program.ts';

export interface TaskThreadsOptions {
  /** How many tasks are done at the same time; the others wait in their order. */
  readonly threads: number;
  /** How many tasks a thread is handed at a time; without it one. Short ones come at once then, whatever this thread does meanwhile. */
  readonly ahead?: number;
  /** How much memory each of them may take; without it as much as the process. */
  readonly resourceLimits?: ResourceLimits;
  /** After so long without a task a thread, and the memory that it holds, is given up. */
  readonly idleMs?: number;
  /** A task that takes longer, from when it was handed to a thread, is ended with the error. */
  readonly limit?: { readonly ms: number; readonly error: () => Error };
}

interface Job extends TaskRequest {
  readonly settle: PromiseWithResolvers<unknown>;
  timer?: NodeJS.Timeout;
}

interface Thread {
  readonly worker: Worker;
  /** What it was handed: it does them in this order. */
  readonly jobs: Job[];
  /** Runs while it has nothing to do. */
  idle?: NodeJS.Timeout;
}

/**
 * Threads that do long computations, so that the event loop goes on meanwhile. They are started when there is something to do. A thread
 * that waits for a task does not keep the process from ending.
 *
 * @typeParam Work the tasks of the program, as `serveTasks` was given them
 */
export class TaskThreads<Work extends Tasks> {
  readonly #program: ThreadProgram;
  readonly #options: TaskThreadsOptions;
  readonly #waiting: Job[] = [];
  readonly #threads = new Set<Thread>();

  constructor(program: ThreadProgram, options: TaskThreadsOptions) {
    this.#program = program;
    this.#options = options;
  }

  /**
   * Does one task on a thread. What it is given and what it answers is copied, but for bytes that the answer consists of: those are handed over.
   *
   * @param cancel ends the thread that does it, at once; a task that waits for its turn leaves the queue
   * @param isUrgent whether somebody waits for it at a page: it comes before those that wait for their turn
   * @throws CANCELLED, the limit's error, and what the task throws; INTERNAL when the thread ended, for want of memory for instance
   */
  async run<Name extends keyof Work & string>(
    name: Name,
    input: Parameters<Work[Name]>[0],
    cancel?: AbortSignal,
    isUrgent = false,
  ): Promise<Awaited<ReturnType<Work[Name]>>> {
    if (cancel?.aborted === true) throw new SealiftError('CANCELLED');
    const job: Job = { name, input, settle: Promise.withResolvers<unknown>() };
    const stop = (): void => this.#end(job, new SealiftError('CANCELLED'));
    cancel?.addEventListener('abort', stop);
    if (isUrgent) this.#waiting.unshift(job);
    else this.#waiting.push(job);
    this.#next();
    try {
      return (await job.settle.promise) as Awaited<ReturnType<Work[Name]>>;
    } finally {
      cancel?.removeEventListener('abort', stop);
    }
  }

  /** Gives up the threads that have nothing to do, and their memory, at once. */
  rest(): void {
    for (const thread of this.#threads) if (thread.jobs.length === 0) this.#lose(thread, undefined);
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#free();
      if (thread === undefined) return;
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#hand(job, thread);
    }
  }

  /** The one that has least to do, a new one before one that is busy. */
  #free(): Thread | undefined {
    const { threads, ahead = 1 } = this.#options;
    const [least] = [...this.#threads].sort((a, b) => a.jobs.length - b.jobs.length);
    if (least?.jobs.length === 0) return least;
    if (this.#threads.size < threads) return this.#startThread();
    return least !== undefined && least.jobs.length < ahead ? least : undefined;
  }

  #startThread(): Thread {
    const { resourceLimits } = this.#options;
    const worker = startThread(this.#program, resourceLimits === undefined ? {} : { resourceLimits });
    const thread: Thread = { worker, jobs: [] };
    const onExit = (): void => this.#lose(thread, new Error('the thread ended before its task was done'));
    worker.on('message', (answer: TaskAnswer) => this.#answered(thread, answer));
    worker.on('error', (error) => this.#lose(thread, error)).on('exit', onExit);
    this.#threads.add(thread);
    return thread;
  }

  #hand(job: Job, thread: Thread): void {
    const { name, input, settle } = job;
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window: it has no origin
      thread.worker.postMessage({ name, input } satisfies TaskRequest);
    } catch (error) {
      settle.reject(error);
      if (thread.jobs.length === 0) this.#rest(thread);
      return;
    }
    clearTimeout(thread.idle);
    thread.worker.ref();
    thread.jobs.push(job);
    const { limit } = this.#options;
    if (limit !== undefined) job.timer = setTimeout(() => this.#end(job, limit.error()), limit.ms);
  }

  #answered(thread: Thread, answer: TaskAnswer): void {
    // What it had not begun is another one's by now.
    if (!this.#threads.has(thread)) return;
    const job = thread.jobs.shift();
    clearTimeout(job?.timer);
    if ('failure' in answer) job?.settle.reject(fromProblem(answer.failure));
    else job?.settle.resolve(answer.output);
    this.#next();
    if (thread.jobs.length === 0) this.#rest(thread);
  }

  /** A task that nobody waits for any more. A thread that has begun it is ended; what it does afterwards it only does in vain. */
  #end(job: Job, error: Error): void {
    const at = this.#waiting.indexOf(job);
    if (at !== -1) this.#waiting.splice(at, 1);
    job.settle.reject(error);
    for (const thread of this.#threads) if (thread.jobs[0] === job) this.#lose(thread, error);
  }

  /** Ends a thread, or hears that it ended. What it had not begun waits for another one. */
  #lose(thread: Thread, error: unknown): void {
    // What it still reports when it is ended belongs to nobody.
    if (!this.#threads.delete(thread)) return;
    clearTimeout(thread.idle);
    void thread.worker.terminate();
    for (const { timer } of thread.jobs) clearTimeout(timer);
    const [begun, ...behind] = thread.jobs;
    begun?.settle.reject(error);
    this.#waiting.unshift(...behind);
    this.#next();
  }

  #rest(thread: Thread): void {
    thread.worker.unref();
    clearTimeout(thread.idle);
    const giveUp = (): void => this.#lose(thread, undefined);
    thread.idle = setTimeout(giveUp, this.#options.idleMs ?? 30_000).unref();
  }
}
