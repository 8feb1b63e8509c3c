import { SealiftError } from '../errors/sealift-error.ts';
import type { Release } from '../release/release.ts';
import { templateName } from '../release/template-name.ts';
import type { NodeImageDecision } from '../upgrade/plan/plan.ts';
import { parseVersion } from '../version/version.ts';
import { minorsBetween } from './kubernetes-path.ts';
import type { StepDraft } from './step-draft.ts';

/** The oldest Kubernetes that serves the minor before it on request (Kubernetes, "Compatibility Version For Kubernetes Control Plane Components"). */
const firstEmulating = '1.32.0';

/**
 * Why a hop cannot keep its control plane able to go back; undefined where it can.
 *
 * @param installed the release that runs
 */
export function whyNotReversible(
  installed: Release,
  { kubernetesFrom: from, kubernetesTo: to, ova }: Pick<NodeImageDecision, 'kubernetesFrom' | 'kubernetesTo' | 'ova'>,
): string | undefined {
  const minors = minorsBetween(from, to);
  if (minors === 0) return `Kubernetes stays in the minor of ${from}, so there is none to take back`;
  if (minors !== 1) return `it goes from Kubernetes ${from} to ${to}, and only a single minor can be taken back`;
  if (minorsBetween(firstEmulating, to) < 0) return `Kubernetes ${to} cannot serve the minor before it`;
  if (ova === undefined) return 'the release brings no node image';
  if (installed.spec.nodeImage === undefined) return 'the installed release names no node image to go back to';
  return undefined;
}

/**
 * The rollouts of a hop that stays able to go back: the control plane first as it serves the minor of today; then, when a person says so, as what
 * it is; then the workers; etcd last, as no rollout brings back an older one.
 *
 * @throws REVERSIBLE_NOT_OFFERED
 */
export function reversibleSteps(installed: Release, decision: NodeImageDecision): StepDraft[] {
  const { kubernetesFrom: from, kubernetesTo: to, template } = decision;
  const before = installed.spec.nodeImage;
  const reason = whyNotReversible(installed, decision);
  if (reason !== undefined || before === undefined || template === undefined) {
    throw new SealiftError('REVERSIBLE_NOT_OFFERED', {
      values: { reason: reason ?? 'the release brings no node image' },
    });
  }
  const target = { kubernetes: to, template };
  const back = { kubernetes: from, template: templateName(before.ova) };
  const emulates = parseVersion(from).core.slice(0, 2).join('.');
  return [
    {
      kind: 'emulated-control-plane',
      title: `Roll the control plane to Kubernetes ${to}, serving ${emulates}`,
      target: { ...target, emulates, back },
    },
    {
      kind: 'finalise',
      title: `Finalise: let the control plane serve Kubernetes ${to}, when a person says so`,
      target,
    },
    { kind: 'workers', title: `Roll the workers to Kubernetes ${to}`, target },
    { kind: 'etcd', title: `Let etcd go to the version of Kubernetes ${to}`, target },
  ];
}
