import type { ResourceLimits, Worker } from 'node:worker_threads';
import { fromProblem, SealiftError } from '@sealift/core/errors';
import type { TaskAnswer, TaskRequest, Tasks } from './task-thread.ts';
import { startThread, type ThreadProgram } from './thread-program.ts';

export interface TaskThreadsOptions {
  /** How many tasks are done at the same time; the others wait in their order. */
  readonly threads: number;
  /** How much memory each of them may take; without it as much as the process. */
  readonly resourceLimits?: ResourceLimits;
  /** After so long without a task a thread, and the memory that it holds, is given up. */
  readonly idleMs?: number;
  /** A task that takes longer is ended with the error. */
  readonly limit?: { readonly ms: number; readonly error: () => Error };
}

interface Job extends TaskRequest {
  readonly settle: PromiseWithResolvers<unknown>;
  readonly cancel: AbortSignal | undefined;
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
  readonly #idle: IdleThread[] = [];
  #busy = 0;

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
    const settle = Promise.withResolvers<unknown>();
    const job: Job = { name, input, settle, cancel };
    const leave = (): void => {
      const at = this.#waiting.indexOf(job);
      if (at === -1) return;
      this.#waiting.splice(at, 1);
      settle.reject(new SealiftError('CANCELLED'));
    };
    cancel?.addEventListener('abort', leave);
    if (isUrgent) this.#waiting.unshift(job);
    else this.#waiting.push(job);
    this.#next();
    try {
      return (await settle.promise) as Awaited<ReturnType<Work[Name]>>;
    } finally {
      cancel?.removeEventListener('abort', leave);
    }
  }

  #next(): void {
    while (this.#busy < this.#options.threads) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#start(job);
    }
  }

  #start({ name, input, settle, cancel }: Job): void {
    const worker = this.#take();
    this.#busy += 1;
    const stop = (): void => end(new SealiftError('CANCELLED'));
    const fail = (error: unknown): void => end(error);
    const onExit = (): void => end(new Error('the thread ended before its task was done'));
    const onMessage = (answer: TaskAnswer): void => {
      release();
      this.#keep(worker);
      if ('failure' in answer) settle.reject(fromProblem(answer.failure));
      else settle.resolve(answer.output);
      this.#next();
    };
    const { limit } = this.#options;
    const timer = limit === undefined ? undefined : setTimeout(() => end(limit.error()), limit.ms);
    const release = (): void => {
      this.#busy -= 1;
      clearTimeout(timer);
      cancel?.removeEventListener('abort', stop);
      worker.off('message', onMessage).off('error', fail).off('exit', onExit);
    };
    const end = (error: unknown): void => {
      release();
      // What it still reports when it is ended belongs to nobody.
      worker.on('error', () => undefined);
      void worker.terminate();
      settle.reject(error);
      this.#next();
    };
    cancel?.addEventListener('abort', stop);
    worker.on('message', onMessage).on('error', fail).on('exit', onExit);
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window: it has no origin
      worker.postMessage({ name, input } satisfies TaskRequest);
    } catch (error) {
      end(error);
    }
  }

  #take(): Worker {
    const idle = this.#idle.pop();
    if (idle === undefined) {
      const { resourceLimits } = this.#options;
      return startThread(this.#program, resourceLimits === undefined ? {} : { resourceLimits });
    }
    clearTimeout(idle.timer);
    idle.worker.off('error', idle.forget).off('exit', idle.forget).ref();
    return idle.worker;
  }

  #keep(worker: Worker): void {
    const forget = (): void => {
      const at = this.#idle.findIndex((idle) => idle.worker === worker);
      if (at !== -1) this.#idle.splice(at, 1);
    };
    const giveUp = (): void => {
      forget();
      void worker.terminate();
    };
    const timer = setTimeout(giveUp, this.#options.idleMs ?? 30_000).unref();
    worker.unref();
    worker.on('error', forget).on('exit', forget);
    this.#idle.push({ worker, timer, forget });
  }
}

interface IdleThread {
  readonly worker: Worker;
  readonly timer: NodeJS.Timeout;
  /** Hears that the thread ended while it had nothing to do. */
  readonly forget: () => void;
}
