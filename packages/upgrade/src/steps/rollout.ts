import type { StepDefinition } from './step.ts';
import { targetField } from './target.ts';

/** Rolls one group of nodes to a Kubernetes version and a template: one patch with both, then the wait for every machine. */
function rolloutOf(group: 'control-plane' | 'workers', words: string): StepDefinition {
  return {
    kind: group,
    // Kubernetes does not go back a version in place; the backup brings back the objects.
    intent: ({ step }) => ({
      group,
      version: targetField(step, 'kubernetes'),
      template: targetField(step, 'template'),
    }),
    async observe({ ports, step, cancel }) {
      const version = targetField(step, 'kubernetes');
      const template = targetField(step, 'template');
      const status = await ports.cluster.rollout(group, cancel);
      const fraction = status.total === 0 ? 0 : status.updated / status.total;
      if (status.desired.version !== version || status.desired.template !== template) {
        return { state: 'act', message: `Asking for Kubernetes ${version} on ${words}`, fraction: 0 };
      }
      const message = `${status.updated} of ${status.total}: ${status.message}`;
      if (!status.settled) return { state: 'wait', message, fraction };
      return {
        state: 'done',
        message: `${words} ${group === 'workers' ? 'run' : 'runs'} Kubernetes ${version}`,
        evidence: { version, template, nodes: status.total },
      };
    },
    act: ({ ports, step, cancel }) =>
      ports.cluster.setRollout(
        group,
        { version: targetField(step, 'kubernetes'), template: targetField(step, 'template') },
        cancel,
      ),
  };
}

export const controlPlane = rolloutOf('control-plane', 'The control plane');
export const workers = rolloutOf('workers', 'The workers');
