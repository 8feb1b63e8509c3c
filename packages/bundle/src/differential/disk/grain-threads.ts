import { availableParallelism } from 'node:os';
import { TaskThreads } from '@sealift/io/task-threads';
import type { ThreadProgram } from '@sealift/io/thread-program';
import { smallThread } from '../../hashing/background-hash.ts';
import { grainTasks } from './grain-tasks.ts';

export const grainThread: ThreadProgram = {
  asset: 'grain-thread.cjs',
  source: new URL('./grain-thread.ts', import.meta.url),
};

/** Each costs some 12 MiB of memory, and reading and hashing has to keep up with them. */
const maxThreads = 2;
/** Beside the thread that reads and hashes, which works on grains itself when the others have enough to do. */
const threadCount = Math.max(1, Math.min(maxThreads, availableParallelism() - 1));
/** So many grains are enough for a thread to go on with while this one works on one. */
const grainsAhead = 4;
/** How many grains are worked on, or wait for the one before them, at a time: none of the threads is to run out. */
export const grainsAtOnce = 4 * (1 + threadCount);

/** The threads that inflate and deflate grains, for all disks that are made or rebuilt. */
const grainThreads = new TaskThreads<typeof grainTasks>(grainThread, {
  threads: threadCount,
  ahead: grainsAhead,
  idleMs: 5000,
  resourceLimits: smallThread,
});

type GrainTasks = typeof grainTasks;

let given = 0;
let isTurnTaken = false;

/** Does one of the tasks with a grain: on a thread, or at once on this one, which hears what the others have done after each. */
export async function workOnGrain<Name extends keyof GrainTasks>(
  name: Name,
  input: Parameters<GrainTasks[Name]>[0],
): Promise<ReturnType<GrainTasks[Name]>> {
  if (given >= threadCount * grainsAhead && !isTurnTaken) {
    isTurnTaken = true;
    setImmediate(() => (isTurnTaken = false));
    return (grainTasks[name] as (input: unknown) => ReturnType<GrainTasks[Name]>)(input);
  }
  given += 1;
  try {
    return await grainThreads.run(name, input);
  } finally {
    given -= 1;
  }
}

/** Where no more grains come for a while. */
export function endGrainThreads(): void {
  grainThreads.rest();
}
