import type { StepDefinition } from './step.ts';

/** Opens the console again. */
export const unlockConsole: StepDefinition = {
  kind: 'unlock-console',
  intent: ({ upgradeId }) => ({ unlock: upgradeId }),
  async observe({ ports, upgradeId }) {
    const holder = await ports.console.lockedBy();
    if (holder === upgradeId) return { state: 'act', message: 'Unlocking the console', fraction: 0 };
    return { state: 'done', message: 'The console is unlocked', evidence: { lockedBy: holder } };
  },
  act: ({ ports, upgradeId }) => ports.console.unlock(upgradeId),
};
