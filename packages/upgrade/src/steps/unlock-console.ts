import { opening } from './console-lock.ts';
import type { StepDefinition } from './step.ts';

/** Opens the console again. */
export const unlockConsole: StepDefinition<'unlock-console'> = { forward: opening };
