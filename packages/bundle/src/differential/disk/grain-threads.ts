import { availableParallelism } from 'node:os';
import { TaskThreads } from '@sealift/io/task-threads';
import type { ThreadProgram } from '@sealift/io/thread-program';
import { smallThread } from '../../hashing/background-hash.ts';
import type { grainTasks } from './grain-thread.ts';

export const grainThread: ThreadProgram = {
  asset: 'grain-thread.cjs',
  source: new URL('./grain-thread.ts', import.meta.url),
};

/** Each costs some 10 MiB of memory, and reading and hashing has to keep up with them. */
const maxThreads = 3;
/** How many grains are given to them, or wait for the one before them, at a time: none of the threads is to run out. */
export const grainsAtOnce = 4 * maxThreads;

/** The threads that inflate and deflate grains, for all disks that are made or rebuilt. */
export const grainThreads = new TaskThreads<typeof grainTasks>(grainThread, {
  threads: Math.min(maxThreads, availableParallelism()),
  idleMs: 5000,
  resourceLimits: smallThread,
});
