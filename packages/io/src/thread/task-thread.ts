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
  let before = Promise.resolve();
  port?.on('message', ({ name, input }: TaskRequest) => {
    before = before.then(async () => {
      const given = await answer(tasks, name, input);
      port.postMessage(given, 'output' in given ? bytesOf(given.output) : []);
    });
  });
}

/** The bytes that an answer consists of, which are handed over instead of being copied: of the value itself, or of its own fields. */
function bytesOf(output: unknown): ArrayBuffer[] {
  const values = typeof output === 'object' && output !== null ? [output, ...Object.values(output)] : [];
  const whole = values.flatMap((value) =>
    value instanceof Uint8Array && value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength
      ? [value.buffer]
      : [],
  );
  return [...new Set(whole)];
}

async function answer(tasks: Tasks, name: string, input: unknown): Promise<TaskAnswer> {
  try {
    if (!Object.hasOwn(tasks, name)) throw new Error(`the thread has no task ${name}`);
    return { output: await tasks[name]?.(input as never) };
  } catch (error) {
    return { failure: toProblem(asSealiftError(error)) };
  }
}
