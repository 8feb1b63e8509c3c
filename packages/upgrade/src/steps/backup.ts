import type { StepDefinition } from './step.ts';

/** Makes the upgrade's backup, verified by reading it back, or finds the one that is there. */
export const backup: StepDefinition<'backup'> = {
  forward: {
    intent: ({ upgradeId }) => ({ backupOf: upgradeId }),
    async observe({ ports, upgradeId, cancel }) {
      const found = await ports.backup.find(upgradeId, cancel);
      if (found === null) return { state: 'act', message: 'Making the backup and reading it back' };
      return { state: 'done', message: `Backup ${found.reference} is verified`, evidence: { ...found } };
    },
    async act({ ports, upgradeId, cancel }) {
      await ports.backup.make(upgradeId, cancel);
    },
  },
};
