import { serveTasks } from '@sealift/io/task-thread';
import { absent, listMarkers, lookAgain, readMarkers, readPacks } from './read-content.ts';

/** What the threads that read the registry's folder can be asked for. */
export const contentTasks = { absent, listMarkers, lookAgain, readMarkers, readPacks };

serveTasks(contentTasks);
