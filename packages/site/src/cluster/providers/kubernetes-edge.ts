import { comparePrecedence, parseVersion } from '@sealift/core/version';

/** From these patches of Kubernetes on, kubeadm binds a cluster role that older Cluster API does not know: its new machines would not join. */
const changedIn = ['1.33.12', '1.34.8', '1.35.5', '1.36.1'];
/** The patches of Cluster API that know it. */
const knownIn = ['1.11.11', '1.12.8', '1.13.2'];

/**
 * Which Cluster API has to run before Kubernetes goes to a version.
 *
 * @returns the version to have at least, of the same minor where that has one; undefined where `core` will do
 */
export function neededBefore(kubernetes: string, core: string): string | undefined {
  if (!isFrom(kubernetes, changedIn) || isFrom(core, knownIn)) return undefined;
  return knownIn.find((known) => minorOf(known) === minorOf(core)) ?? knownIn[0];
}

/** Whether a version is that patch of its minor or a later one, or of a minor after all of them. */
function isFrom(version: string, patches: readonly string[]): boolean {
  const same = patches.find((patch) => minorOf(patch) === minorOf(version)) ?? patches.at(-1) ?? version;
  return comparePrecedence(parseVersion(version), parseVersion(same)) >= 0;
}

function minorOf(version: string): string {
  return parseVersion(version).core.slice(0, 2).join('.');
}
