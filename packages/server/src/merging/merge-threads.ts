import { SealiftError } from '@sealift/core/errors';
import { TaskThreads } from '@sealift/io/task-threads';
import type { mergeTasks } from './merge-thread.ts';

/** The program of the threads. */
export const serverMergeThread = {
  asset: 'server-merge-thread.cjs',
  source: new URL('./merge-thread.ts', import.meta.url),
};
/** A hundred times what the largest values of real packs take. */
const limitSeconds = 60;
const error = (): SealiftError => new SealiftError('MERGE_TOO_LONG', { values: { seconds: limitSeconds } });

/** Threads that merge. Two, so that one long merge leaves a way for the short ones; each merges one layer at a time. */
export const mergeThreads = new TaskThreads<typeof mergeTasks>(serverMergeThread, {
  threads: 2,
  limit: { ms: limitSeconds * 1000, error },
});
