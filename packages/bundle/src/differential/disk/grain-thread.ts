import { serveTasks } from '@sealift/io/task-thread';
import { grainTasks } from './grain-tasks.ts';

serveTasks(grainTasks);
