import { digestOfSettings } from '@sealift/kubernetes/kubeadm-setup';
import type { KubeadmSettings } from '@sealift/kubernetes/kubeadm-settings';
import type { Objects } from '@sealift/kubernetes/objects';
import { changeSetup, readJoinConfiguration, type SetupChange } from '@sealift/kubernetes/owner-setup';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { SetupStatus } from '@sealift/upgrade/ports/cluster';
import { settingsFor } from './asked-settings.ts';
import { printRecord, recordOf, setupAnnotation } from './setup-record.ts';

/** How one owner stands to what is asked of kubeadm for its machines. */
export interface PlannedSetup {
  readonly status: SetupStatus;
  /** What has to be done; undefined where it is not written here. */
  readonly change: SetupChange | undefined;
  /** The annotation that goes with it. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Compares an owner with what is asked for. A ClusterClass writes the setup of its machines itself; nor is anything else written than a
 * KubeadmControlPlane's own and a KubeadmConfigTemplate.
 *
 * @param settings that values ask for
 * @throws KUBERNETES_…
 */
export async function planSetup(
  objects: Objects,
  owner: RolloutOwner,
  settings: KubeadmSettings,
  cancel?: AbortSignal,
): Promise<PlannedSetup> {
  const asked = settingsFor(owner.kind === 'KubeadmControlPlane', settings);
  const record = recordOf(owner);
  const joins = owner.managed === undefined ? await readJoinConfiguration(objects, owner, cancel) : undefined;
  const change = joins === undefined ? undefined : changeSetup(owner, joins, asked, new Set(record.own));
  if (change === undefined) {
    return { status: asked.size === 0 ? 'asked' : 'not written', change: undefined, annotations: {} };
  }
  const isRecorded = record.asked === digestOfSettings(asked);
  const status = !isRecorded ? 'other' : change.patch === undefined ? 'asked' : 'changed since';
  return { status, change, annotations: { [setupAnnotation]: printRecord(asked, change.own) } };
}
