import { TaskThreads } from '@sealift/io/task-threads';
import type { ThreadProgram } from '@sealift/io/thread-program';
import { type CheckedMerge, mergeAndCheck, type MergeWork } from './merge-and-check.ts';
import type { mergeTasks } from './merge-thread.ts';

export const mergeThread: ThreadProgram = {
  asset: 'merge-thread.cjs',
  source: new URL('./merge-thread.ts', import.meta.url),
};

/** Below this, starting a thread takes longer than the work. In UTF-16 code units. */
const inlineLength = 100_000;

/**
 * Merges; long texts on a thread of their own, so that Ctrl-C is heard meanwhile.
 *
 * @throws CANCELLED, and what the merge throws
 */
export async function mergeInThread(work: MergeWork, cancel: AbortSignal): Promise<CheckedMerge> {
  const { base, current, incoming } = work.input;
  if (base.length + current.length + incoming.length <= inlineLength) return mergeAndCheck(work);
  return await new TaskThreads<typeof mergeTasks>(mergeThread, { threads: 1 }).run('merge', work, cancel);
}
