import { satisfies } from '../version/range.ts';
import { type BringsKubernetes, type NodeRollout, planRollouts } from './kubernetes-path.ts';
import { type BringsImages, decideNodeImage, imagesOnTheWay, type PlannableRelease } from './node-image.ts';

/** One hop of a route, as its rollouts depend on it. */
export interface RollingHop<Image extends BringsKubernetes> {
  readonly installed: PlannableRelease;
  readonly target: PlannableRelease & BringsImages<Image>;
}

/**
 * The rollouts of each hop of a route, in its order: workers stay behind over several hops where the skew policy and what each release
 * supports allow it, and are rolled once for all of them.
 */
export function routeRollouts<Image extends BringsKubernetes>(
  hops: readonly RollingHop<Image>[],
): readonly (readonly NodeRollout<Image>[])[] {
  const through: Milestone<Image>[] = [];
  for (const [index, { installed, target }] of hops.entries()) {
    const images = decideNodeImage(installed, target).needed ? imagesOnTheWay(installed, target) : [];
    for (const image of images) through.push({ kubernetes: image.kubernetes, image, hop: index, supported: [] });
    // What is applied while the nodes are as this image left them.
    through.at(-1)?.supported.push(target.spec.kubernetes.supported);
  }
  const start = hops[0]?.installed.spec.kubernetes.version ?? '';
  const rollouts = planRollouts(start, through, (workers, { supported }) =>
    supported.every((range) => satisfies(workers, range)),
  );
  return hops.map((_, index) =>
    rollouts.filter(({ image }) => image.hop === index).map(({ group, image: { image } }) => ({ group, image })),
  );
}

interface Milestone<Image> extends BringsKubernetes {
  readonly image: Image;
  readonly hop: number;
  /** Kubernetes that the releases support that are applied before the next image. */
  readonly supported: string[];
}
