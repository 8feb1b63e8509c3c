import { isSealiftError } from '@sealift/core/errors';
import type { KubeadmSettings } from '@sealift/kubernetes/kubeadm-settings';
import type { Objects } from '@sealift/kubernetes/objects';
import { changeSetup, readJoinConfiguration, type SetupChange } from '@sealift/kubernetes/owner-setup';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import { settingsFor } from '../../cluster/setup/asked-settings.ts';
import { recordOf } from '../../cluster/setup/setup-record.ts';
import type { JoinedMachines } from './differences.ts';

/** What machines of an owner are given once the upgrade is over. */
export interface NextMachines extends JoinedMachines {
  /** Places of the settings that the upgrade writes, adds, or takes away. */
  readonly written: readonly string[];
  readonly by: { readonly owner: RolloutOwner; readonly change: SetupChange } | undefined;
}

/** Looks at what an owner's machines get. @param isRolled whether the upgrade replaces them @throws KUBERNETES_… */
export async function lookAhead(
  objects: Objects,
  owner: RolloutOwner,
  { next, isRolled }: { readonly next: KubeadmSettings; readonly isRolled: boolean },
  cancel: AbortSignal,
): Promise<NextMachines> {
  const now = await readJoinConfiguration(objects, owner, cancel);
  const asked = settingsFor(now.isControlPlane, next);
  const isOurs = isRolled && owner.managed === undefined;
  const change = isOurs ? changeSetup(owner, now, asked, new Set(recordOf(owner).own)) : undefined;
  if (change === undefined) return { ...now, written: [], by: undefined };
  const before = now.settings ?? new Map();
  const { settings } = change;
  const coming = [...settings].filter(([key, { value }]) => before.get(key)?.value !== value);
  const going = [...before].filter(([key]) => !settings.has(key));
  const written = [...coming, ...going].map(([key, { place }]) => asked.get(key)?.place ?? place);
  return { ...now, settings, written, by: { owner, change } };
}

/** Why the cluster would not take what the upgrade writes, tried without doing it; undefined where it would. @throws KUBERNETES_… */
export async function refusalOf(
  objects: Objects,
  { by }: NextMachines,
  cancel: AbortSignal,
): Promise<{ readonly detail: string; readonly remedy: string } | undefined> {
  if (by === undefined) return undefined;
  const { owner, change } = by;
  try {
    if (change.template !== undefined) await objects.create(change.template, cancel, { dryRun: true });
    else if (change.patch !== undefined) {
      const body = { spec: owner.patch(owner.version, undefined, change.patch) };
      await objects.mergePatch(owner.ref, body, cancel, { dryRun: true });
    }
    return undefined;
  } catch (error) {
    if (!isSealiftError(error, 'KUBERNETES_REFUSED')) throw error;
    const detail = `${owner.kind} ${owner.name} would not take the settings: ${withoutValues(error.message)}`;
    return { detail, remedy: 'Mend what is named in the values of os and k8s, in the merge; or in the object itself.' };
  }
}

/** Validation repeats values, and files and arguments hold secrets: a text in quotes is left out, and of anything else all that follows. */
function withoutValues(message: string): string {
  return message.replaceAll(/( value: )(?:"(?:[^"\\]|\\.)*"|.*)/gs, '$1…');
}
