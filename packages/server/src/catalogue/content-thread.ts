import { serveTasks } from '@sealift/io/task-thread';
import { listMarkers, lookAgain, missing, readMarkers, readPacks } from './read-content.ts';

/** What the threads that read the registry's folder can be asked for. */
export const contentTasks = { listMarkers, lookAgain, missing, readMarkers, readPacks };

serveTasks(contentTasks);
