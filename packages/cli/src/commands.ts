import { registerDemo } from './commands/demo.ts';
import { registerServer } from './commands/server.ts';
import { registerSimulator } from './commands/simulator.ts';
import type { RegisterCommand } from './context.ts';

/** Every top-level command, in the order the help lists them. */
export const commands: readonly RegisterCommand[] = [registerDemo, registerServer, registerSimulator];
