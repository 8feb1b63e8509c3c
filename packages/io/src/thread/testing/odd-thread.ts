import { SealiftError } from '@sealift/core/errors';
import { serveTasks } from '../task-thread.ts';

let made = new Uint8Array();

/** Tasks that end in every way that a task can. */
export const oddTasks = {
  double: (input: { readonly number: number }) => input.number * 2,
  refuse: (place: string) => {
    throw new SealiftError('USAGE', { place, values: { reason: 'it is a test' } });
  },
  /** Answers later. */
  later: async (input: { readonly number: number }) => await Promise.resolve(input.number),
  failLater: async () => await Promise.reject(new Error('broken')),
  fail: () => {
    throw new Error('broken');
  },
  never: () => {
    for (;;);
  },
  exit: () => process.exit(3),
  /** Bytes, and what the thread still has of them when it is asked again. */
  bytes: (size: number) => {
    const before = made.byteLength;
    made = new Uint8Array(size);
    return { before, made, again: made, part: new Uint8Array(new ArrayBuffer(8), 2, 4), text: 'x' };
  },
};

serveTasks(oddTasks);
