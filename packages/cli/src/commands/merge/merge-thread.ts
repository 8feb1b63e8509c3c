import { serveTasks } from '@sealift/io/task-thread';
import { mergeAndCheck } from './merge-and-check.ts';

/** What the thread of the merge can be asked for. */
export const mergeTasks = { merge: mergeAndCheck };

serveTasks(mergeTasks);
