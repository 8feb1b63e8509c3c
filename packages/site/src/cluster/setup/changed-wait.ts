import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import { setupAnnotation } from './setup-record.ts';

/** Somebody else writes the same settings: asking again and again would replace machines each time. */
export function changedWait({ kind, name, ref }: RolloutOwner): SeenWait {
  return waitingFor(`settings of kubeadm in ${kind} ${name} were changed after they were asked for`, {
    level: 'blocked',
    object: { kind, name },
    impact: 'new machines are not set up as the packs of os and k8s ask',
    remedy: `Find out who changes them and put them back; or have them asked for once more: kubectl -n ${ref.namespace ?? ''} annotate ${kind.toLowerCase()} ${name} ${setupAnnotation}-`,
  });
}
