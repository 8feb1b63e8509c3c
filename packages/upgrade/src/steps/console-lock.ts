import type { StepContext, StepDirection } from './step.ts';

/** Opens the console, if it is this upgrade that holds its lock. */
export const opening: StepDirection = {
  intent: ({ upgradeId }) => ({ unlock: upgradeId }),
  async observe({ ports, upgradeId }: StepContext) {
    const holder = await ports.console.lockedBy();
    if (holder === upgradeId) return { state: 'act', message: 'Unlocking the console' };
    return { state: 'done', message: 'The console is unlocked', evidence: { lockedBy: holder } };
  },
  act: ({ ports, upgradeId }) => ports.console.unlock(upgradeId),
};
