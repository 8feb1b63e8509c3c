import type { StepDefinition } from './step.ts';

/** Sees to it that no other cluster on the vCenter shares the id under which this one's volumes are known (CNS cluster-id). */
export const cns: StepDefinition<'cns'> = {
  // An id of its own is better in any case: it stays when the upgrade is taken back.
  forward: {
    intent: () => ({ storageIdentity: 'unique' }),
    async observe({ ports, cancel }) {
      const identity = await ports.storage.identity(cancel);
      if (!identity.unique) return { state: 'act', message: identity.message };
      return { state: 'done', message: identity.message, evidence: { ...identity } };
    },
    act: ({ ports, cancel }) => ports.storage.repairIdentity(cancel),
  },
};
