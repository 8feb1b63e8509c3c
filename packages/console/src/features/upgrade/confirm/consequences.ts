import type { Upgrade } from '@sealift/core/api';
import { type Plan, type PlanStep, pointOfNoReturn, stepsOfPlan } from '@sealift/core/upgrade';

/** What confirming an upgrade sets in motion, in sentences. */
export function consequences(upgrade: Upgrade): string[] {
  const { plan } = upgrade;
  if (plan === null) return [];
  const steps = stepsOfPlan(plan);
  const changing = upgrade.layers.filter(({ state }) => state !== 'unchanged');
  const kept = upgrade.layers.reduce((count, layer) => count + layer.keptCustomisations, 0);
  const last = pointOfNoReturn(steps);
  const lastStep = last === undefined ? undefined : steps[last];
  return [
    `The console is locked for everybody while ${counted(steps.length, 'step runs', 'steps run')}; everything stays readable.`,
    ...(steps.some(({ kind }) => kind === 'backup') ? ['A backup is made first and read back.'] : []),
    replacedNodes(plan, steps),
    `${counted(changing.length, 'layer changes', 'layers change')}; ${counted(kept, 'customisation is', 'customisations are')} kept.`,
    lastStep === undefined || last === undefined
      ? 'Every step can be undone, or does no harm.'
      : `The point of no return is step ${last + 1}: ${lastStep.title}.`,
    upgrade.onFailure === 'stop'
      ? 'If a step fails, the upgrade stops and waits for a person.'
      : 'If a step fails, what was done is rolled back by itself, as long as no step was begun that can’t be taken back.',
    ...upgrade.risks
      .filter(({ covers }) => covers)
      .map(({ consequence, by }) => `A risk that ${by} accepted: ${consequence}`),
  ];
}

function replacedNodes({ nodeImage }: Plan, steps: readonly PlanStep[]): string {
  const { needed, kubernetesFrom, kubernetesTo } = nodeImage;
  if (needed && steps.some(({ kind }) => kind === 'finalise')) {
    return `Every node is replaced, one after the other, those of the control plane three times: Kubernetes ${kubernetesFrom} becomes ${kubernetesTo}, and can go back until you finalise.`;
  }
  if (needed)
    return `Every node is replaced, one after the other: Kubernetes ${kubernetesFrom} becomes ${kubernetesTo}.`;
  const groups = steps.flatMap(({ kind }) =>
    kind === 'control-plane' ? ['control plane'] : kind === 'workers' ? ['workers'] : [],
  );
  if (groups.length === 0) return 'No node is replaced.';
  return `Nodes of ${groups.join(' and ')} are replaced, one after the other, for other settings of kubeadm.`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
