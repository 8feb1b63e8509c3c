import { serveTasks } from '@sealift/io/task-thread';
import { countCustomisations } from './count-customisations.ts';
import { checkPasted, checkResolutions, mergeAnew } from './layer-merge.ts';

/** What the threads of the merge can be asked for: everything that merges, so that no merge holds the event loop. */
export const mergeTasks = { checkPasted, checkResolutions, countCustomisations, mergeAnew };

serveTasks(mergeTasks);
