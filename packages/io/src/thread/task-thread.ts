import { parentPort } from 'node:worker_threads';
import { asSealiftError, type Problem, toProblem } from '@sealift/core/errors';

/** What a thread can be asked for: functions by name, of values that can be copied from thread to thread. */
export type Tasks = Readonly<Record<string, (input: never) => unknown>>;

export interface TaskRequest {
  readonly name: string;
  readonly input: unknown;
}

export type TaskAnswer = { readonly output: unknown } | { readonly failure: Problem };

/** The program of a thread that does tasks, one after the other, until it is ended. */
export function serveTasks(tasks: Tasks): void {
  const port = parentPort;
  port?.on('message', ({ name, input }: TaskRequest) => {
    port.postMessage(answer(tasks, name, input));
  });
}

function answer(tasks: Tasks, name: string, input: unknown): TaskAnswer {
  try {
    if (!Object.hasOwn(tasks, name)) throw new Error(`the thread has no task ${name}`);
    return { output: tasks[name]?.(input as never) };
  } catch (error) {
    return { failure: toProblem(asSealiftError(error)) };
  }
}
