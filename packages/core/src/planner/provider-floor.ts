import { compareVersions } from '../version/version.ts';
import { minorsBetween } from './kubernetes-path.ts';

/**
 * From these patches on, kubeadm needs a cluster role binding that only these patches of Cluster API make first: "Cluster API v1.13.2, v1.12.8
 * and v1.11.11" in the release notes of Cluster API.
 */
const kubernetesFloors = ['1.33.12', '1.34.8', '1.35.5', '1.36.1'];
const providerFloors = ['1.11.11', '1.12.8', '1.13.2'];

/** The oldest Cluster API of the same minor that can make machines of a Kubernetes; undefined where the one given can. */
export function neededProviders(kubernetes: string, core: string): string | undefined {
  if (!needsBinding(kubernetes)) return undefined;
  const ofMinor = providerFloors.find((floor) => minorsBetween(floor, core) === 0);
  const newest = providerFloors.at(-1) ?? core;
  if (ofMinor !== undefined) return compareVersions(core, ofMinor) < 0 ? ofMinor : undefined;
  return minorsBetween(newest, core) > 0 ? undefined : (providerFloors[0] ?? newest);
}

function needsBinding(kubernetes: string): boolean {
  const ofMinor = kubernetesFloors.find((floor) => minorsBetween(floor, kubernetes) === 0);
  if (ofMinor !== undefined) return compareVersions(kubernetes, ofMinor) >= 0;
  return minorsBetween(kubernetesFloors.at(-1) ?? kubernetes, kubernetes) > 0;
}
