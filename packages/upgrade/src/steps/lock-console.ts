import { waitingFor } from '@sealift/core/upgrade';
import { opening } from './console-lock.ts';
import type { StepDefinition } from './step.ts';

/** Locks the console for everybody; the lock is this upgrade's and outlives restarts. */
export const lockConsole: StepDefinition<'lock-console'> = {
  forward: {
    intent: ({ upgradeId }) => ({ lock: upgradeId }),
    async observe({ ports, upgradeId }) {
      const holder = await ports.console.lockedBy();
      if (holder === upgradeId) {
        return { state: 'done', message: 'The console is locked', evidence: { lockedBy: holder } };
      }
      if (holder === null) return { state: 'act', message: 'Locking the console' };
      const wait = waitingFor(`the console is locked by upgrade ${holder}`, {
        level: 'blocked',
        object: { kind: 'Upgrade', name: holder },
        remedy: `Finish or abort upgrade ${holder}.`,
      });
      return { state: 'wait', wait, fraction: 0 };
    },
    act: ({ ports, upgradeId }) => ports.console.lock(upgradeId),
  },
  back: opening,
};
