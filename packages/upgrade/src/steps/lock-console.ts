import type { StepDefinition } from './step.ts';

/** Locks the console for everybody; the lock is this upgrade's and outlives restarts. */
export const lockConsole: StepDefinition = {
  kind: 'lock-console',
  intent: ({ upgradeId }) => ({ lock: upgradeId }),
  async observe({ ports, upgradeId }) {
    const holder = await ports.console.lockedBy();
    if (holder === upgradeId)
      return { state: 'done', message: 'The console is locked', evidence: { lockedBy: holder } };
    if (holder === null) return { state: 'act', message: 'Locking the console', fraction: 0 };
    return { state: 'wait', message: `the console is locked by upgrade ${holder}`, fraction: 0 };
  },
  act: ({ ports, upgradeId }) => ports.console.lock(upgradeId),
  undo: ({ ports, upgradeId }) => ports.console.unlock(upgradeId),
};
