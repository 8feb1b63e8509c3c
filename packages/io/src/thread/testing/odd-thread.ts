import { SealiftError } from '@sealift/core/errors';
import { serveTasks } from '../task-thread.ts';

/** Tasks that end in every way that a task can. */
export const oddTasks = {
  double: (input: { readonly number: number }) => input.number * 2,
  refuse: (place: string) => {
    throw new SealiftError('USAGE', { place, values: { reason: 'it is a test' } });
  },
  fail: () => {
    throw new Error('broken');
  },
  never: () => {
    for (;;);
  },
  exit: () => process.exit(3),
};

serveTasks(oddTasks);
