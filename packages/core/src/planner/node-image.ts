import type { ReleaseFile } from '../release/release.ts';
import { templateName } from '../release/template-name.ts';
import type { NodeImageDecision } from '../upgrade/plan/plan.ts';
import { type BringsKubernetes, imagesThrough } from './kubernetes-path.ts';

/** What planning goes by: a release as it is written, or as it is published. */
export interface PlannableRelease {
  readonly metadata: ReleaseFile['metadata'];
  readonly spec: Pick<
    ReleaseFile['spec'],
    'upgradesFrom' | 'required' | 'kubernetes' | 'gateway' | 'nodeImage' | 'intermediateNodeImages' | 'clusterApi'
  >;
}

/** The node images that a release brings. */
export interface BringsImages<Image> {
  readonly spec: {
    readonly nodeImage?: Image | undefined;
    readonly intermediateNodeImages?: readonly Image[] | undefined;
  };
}

/** The node images that a control plane goes through from one release to another, the last of which is the release's own; none where it brings none. */
export function imagesOnTheWay<Image extends BringsKubernetes>(
  installed: Pick<PlannableRelease, 'spec'>,
  target: BringsImages<Image>,
): readonly Image[] {
  const { nodeImage, intermediateNodeImages: between = [] } = target.spec;
  return nodeImage === undefined ? [] : imagesThrough(installed.spec.kubernetes.version, between, nodeImage);
}

/**
 * Whether going from one release to another needs a new node image: it does when the nodes' Kubernetes version changes
 * or the image itself does. An image's identity is the SHA-256 of its OVA, never its name; without a known identity on
 * the installed side the answer is yes, and a template that turns out to be the same costs nothing.
 */
export function decideNodeImage(installed: PlannableRelease, target: PlannableRelease): NodeImageDecision {
  const kubernetesFrom = installed.spec.kubernetes.version;
  const kubernetesTo = target.spec.kubernetes.version;
  const old = installed.spec.nodeImage;
  const image = target.spec.nodeImage;
  const decision = { kubernetesFrom, kubernetesTo };
  if (image === undefined) {
    return kubernetesFrom === kubernetesTo
      ? { ...decision, needed: false, reason: `Kubernetes stays ${kubernetesTo} and the release brings no node image.` }
      : {
          ...decision,
          needed: true,
          reason: `Kubernetes goes from ${kubernetesFrom} to ${kubernetesTo}, and the release brings no node image for it.`,
        };
  }
  const named = { ...decision, ova: image.ova, template: templateName(image.ova) };
  if (kubernetesFrom !== kubernetesTo) {
    const between = imagesOnTheWay(installed, target).slice(0, -1);
    const way = between.length === 0 ? '' : ` by way of ${between.map(({ kubernetes }) => kubernetes).join(' and ')}`;
    return {
      ...named,
      needed: true,
      reason: `Kubernetes goes from ${kubernetesFrom} to ${kubernetesTo}${way}; the nodes are replaced from ${image.ova}.`,
    };
  }
  if (old === undefined) {
    return {
      ...named,
      needed: true,
      reason: `The installed release names no node image, so nodes are replaced from ${image.ova} to be sure.`,
    };
  }
  if (old.sha256 !== image.sha256 || old.ova !== image.ova) {
    return {
      ...named,
      needed: true,
      reason: `The node image changes from ${old.ova} to ${image.ova}; Kubernetes stays ${kubernetesTo}.`,
    };
  }
  return {
    ...named,
    needed: false,
    reason: `Kubernetes stays ${kubernetesTo} and so does the node image ${image.ova}.`,
  };
}
