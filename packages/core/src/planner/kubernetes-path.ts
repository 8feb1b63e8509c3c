import { compareVersions, parseVersion } from '../version/version.ts';

/** Something that brings a version of Kubernetes to nodes. */
export interface BringsKubernetes {
  readonly kubernetes: string;
}

/** One rollout of a group of nodes from an image. */
export interface NodeRollout<Image extends BringsKubernetes> {
  readonly group: 'control-plane' | 'workers';
  readonly image: Image;
}

/** How many minors a kubelet may be behind its API server (Kubernetes, "Version Skew Policy"). */
export function kubeletSkew(kubelet: string): number {
  return minorsBetween('1.25.0', kubelet) < 0 ? 2 : 3;
}

/** How many minors one version is ahead of another; of another major they are as far apart as can be. */
export function minorsBetween(from: string, to: string): number {
  const [a, b] = [parseVersion(from).core, parseVersion(to).core];
  if (a[0] !== b[0]) return Number(b[0] ?? 0) > Number(a[0] ?? 0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return Number(b[1] ?? 0) - Number(a[1] ?? 0);
}

/** The images that a control plane goes through: of those in between the ones whose minor it has still before it, oldest first, then the last. */
export function imagesThrough<Image extends BringsKubernetes>(
  from: string,
  between: readonly Image[],
  last: Image,
): readonly Image[] {
  const ahead = between.filter(
    ({ kubernetes }) => minorsBetween(from, kubernetes) > 0 && minorsBetween(kubernetes, last.kubernetes) > 0,
  );
  return [...ahead.toSorted((a, b) => compareVersions(a.kubernetes, b.kubernetes)), last];
}

/** The first minor that a control plane would skip on its way, such as `1.35`; undefined where it skips none. */
export function skippedMinor(from: string, through: readonly BringsKubernetes[]): string | undefined {
  let at = from;
  for (const { kubernetes } of through) {
    const [major = '0', minor = '0'] = parseVersion(at).core;
    if (minorsBetween(at, kubernetes) > 1) return `${major}.${Number(minor) + 1}`;
    at = kubernetes;
  }
  return undefined;
}

/** Whether workers have to be rolled before the control plane takes its next step, for they would be too far behind. */
export function leavesBehind(workers: string, next: string): boolean {
  return minorsBetween(workers, next) > kubeletSkew(workers);
}

/**
 * The rollouts by which nodes come to the last of some images: the control plane by way of each, the workers as seldom as the skew policy
 * allows, which is when the next step of the control plane would leave them too far behind, and at the end.
 *
 * @param through as `imagesThrough` gives them; of several hops one after the other
 * @param mayStay whether workers of a version may stay behind when an image is reached: what is applied there may need newer ones
 */
export function planRollouts<Image extends BringsKubernetes>(
  from: string,
  through: readonly Image[],
  mayStay: (workers: string, image: Image) => boolean = () => true,
): readonly NodeRollout<Image>[] {
  const rollouts: NodeRollout<Image>[] = [];
  let workers = from;
  for (const [index, image] of through.entries()) {
    rollouts.push({ group: 'control-plane', image });
    const next = through[index + 1];
    if (next !== undefined && !leavesBehind(workers, next.kubernetes) && mayStay(workers, image)) continue;
    rollouts.push({ group: 'workers', image });
    workers = image.kubernetes;
  }
  return rollouts;
}
