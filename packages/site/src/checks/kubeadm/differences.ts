import type { CheckItem } from '@sealift/core/check';
import { isUnread, type KubeadmSetting, type KubeadmSettings } from '@sealift/kubernetes/kubeadm-settings';
import type { JoinConfiguration } from '@sealift/kubernetes/owner-setup';

/** A setting that machines are not given as the values ask. */
export interface KubeadmDifference extends CheckItem {
  /** Whether the upgrade is what asks for it. */
  readonly isChange: boolean;
}

/** What machines of one owner are given when they join. */
export type JoinedMachines = Pick<JoinConfiguration, 'owner' | 'isControlPlane' | 'settings'>;

/** How the settings of one owner of machines meet what is asked. */
type Met = 'as asked' | 'missing' | 'other' | 'not told';

const stayingRemedy =
  'Take it away there, if nothing else needs it. A flag or feature gate that a newer Kubernetes does not know keeps its component from starting.';

/**
 * Where machines that join are set up otherwise than values ask; what the upgrade changes first. What cannot be compared counts where the
 * upgrade changes it.
 *
 * @param now what the installed values ask for
 * @param next what the values after the upgrade do
 */
export function kubeadmDifferences(
  now: KubeadmSettings,
  next: KubeadmSettings,
  machines: readonly JoinedMachines[],
): readonly KubeadmDifference[] {
  const asked = [...next].flatMap(([key, setting]) => {
    const isChange = now.get(key)?.value !== setting.value;
    const text = textOf(key, setting, isChange, machines);
    return text === undefined ? [] : [{ place: setting.place, text, isChange }];
  });
  const gone = [...now].flatMap(([key, setting]) => {
    const text = next.has(key) || isUnread(next, key) ? undefined : goneText(key, setting, machines);
    return text === undefined ? [] : [{ place: setting.place, text, remedy: stayingRemedy, isChange: true }];
  });
  const all = [...gone, ...asked];
  return [...all.filter(({ isChange }) => isChange), ...all.filter(({ isChange }) => !isChange)];
}

/** Undefined where machines do not get it any more. */
function goneText(key: string, setting: KubeadmSetting, machines: readonly JoinedMachines[]): string | undefined {
  const what = 'goes with this upgrade, and';
  if (setting.untold !== undefined) return `${what} was not looked for: ${setting.untold}`;
  const those = meeting(key, setting, machines);
  const parts = [...part('is still in', those('as asked')), ...part('could not be looked for in', those('not told'))];
  return parts.length === 0 ? undefined : `${what} ${parts.join('; ')}`;
}

/** Undefined where machines get it, or nobody can tell and the upgrade changes nothing of it. */
function textOf(
  key: string,
  setting: KubeadmSetting,
  isChange: boolean,
  machines: readonly JoinedMachines[],
): string | undefined {
  const what = isChange ? 'changes with this upgrade' : 'is asked for already';
  if (setting.untold !== undefined) return isChange ? `${what}, and was not compared: ${setting.untold}` : undefined;
  const those = meeting(key, setting, machines);
  const parts = [
    ...part('is not in', those('missing')),
    ...part('has another value in', those('other')),
    ...(isChange ? part('could not be compared with', those('not told')) : []),
  ];
  return parts.length === 0 ? undefined : `${what}, and ${parts.join('; ')}`;
}

/** The machines that a setting is about, by how they meet it. */
function meeting(
  key: string,
  setting: KubeadmSetting,
  machines: readonly JoinedMachines[],
): (how: Met) => readonly JoinedMachines[] {
  const met = machines.filter((one) => concerns(one, setting)).map((one) => ({ one, how: metBy(one, key, setting) }));
  return (wanted) => met.flatMap(({ one, how }) => (how === wanted ? [one] : []));
}

function concerns({ isControlPlane }: JoinedMachines, { everywhere }: KubeadmSetting): boolean {
  return isControlPlane || everywhere;
}

function metBy({ settings }: JoinedMachines, key: string, { value }: KubeadmSetting): Met {
  if (settings === undefined) return 'not told';
  const there = settings.get(key);
  if (there === undefined) return 'missing';
  if (there.untold !== undefined) return 'not told';
  return there.value === value ? 'as asked' : 'other';
}

function part(said: string, of: readonly JoinedMachines[]): readonly string[] {
  return of.length === 0 ? [] : [`${said} ${named(of)}`];
}

const shown = 3;

function named(machines: readonly JoinedMachines[]): string {
  const more = machines.length > shown ? ` and ${machines.length - shown} more` : '';
  return `${machines
    .slice(0, shown)
    .map(({ owner }) => owner)
    .join(', ')}${more}`;
}
