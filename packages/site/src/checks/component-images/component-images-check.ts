import type { Check } from '@sealift/core/check';
import { acceptable, block, type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { UpgradeNeeds } from '../vcenter-checks.ts';
import { type AskedImages, missingAmong } from './asked-images.ts';
import { type ImageSides, readSources } from './image-sources.ts';
import { type ComponentImages, componentImages } from './kubeadm-images.ts';

type ImageNeeds = Pick<UpgradeNeeds, 'nodeVersions'>;

/**
 * Whether new nodes get the images of Kubernetes itself where the cluster says that they come from a registry of the site. Where it names none they
 * are in the node image, as those of the nodes that run, which cannot be seen from outside.
 */
export function componentImagesCheck(sides: ImageSides, needs: ImageNeeds): Promise<Check> {
  return runCheck('component-images', 'New nodes get the images of Kubernetes itself', async (cancel) => {
    if (needs.nodeVersions.length === 0) return pass('No node is replaced');
    const { sources, version } = await readSources(sides, cancel);
    const next = together(needs.nodeVersions.map((version) => componentImages(sources, version)));
    if (next.named.length === 0 && next.untold.length === 0) {
      const from = sources.repository ?? 'the registry of Kubernetes itself';
      return pass(`They are named by ${from}, so nodes have them in their image or by a mirror; no registry is asked`);
    }
    const now = componentImages(sources, version);
    return judge(next, await missingAmong([...new Set([...next.named, ...now.named])], sides, cancel), now);
  });
}

/** The images of all versions that nodes go through. */
function together(all: readonly ComponentImages[]): ComponentImages {
  return {
    named: [...new Set(all.flatMap(({ named }) => named))],
    untold: [...new Set(all.flatMap(({ untold }) => untold))],
  };
}

/** What that means for nodes that are made. @param now the images of the version that nodes run */
export function judge(next: ComponentImages, { missing, failures }: AskedImages, now: ComponentImages): Finding {
  const lacking = next.named.filter((image) => missing.has(image));
  const untold =
    next.untold.length === 0 ? '' : `; ${next.untold.join(', ')} have tags of kubeadm's own, not asked for`;
  const [failure] = failures;
  if (failure !== undefined) {
    const remedy = 'See that this registry hands them out to new nodes; from this machine it could not be asked.';
    return withItems(warn(`${failure.place} could not be asked: ${failure.text}`, remedy), failures);
  }
  if (lacking.length === 0) return pass(`${next.named.length} images are where nodes will pull them${untold}`);
  const items = lacking.map((image) => ({ place: image, text: 'its registry does not have it' }));
  const present = now.named.filter((image) => !missing.has(image));
  const named = `${lacking.slice(0, 3).join(', ')}${lacking.length > 3 ? ` and ${lacking.length - 3} more` : ''}`;
  if (present.length === 0) {
    const detail = `Not in their registry: ${named}; nor are those that nodes run now, which may come with the node image`;
    const remedy = 'See that the new node image holds them too, or push them to that registry.';
    return withItems(warn(detail, remedy), items);
  }
  const finding = withItems(
    block(
      `Not in their registry: ${named}; it has ${present[0]}, which nodes run now`,
      'Push them to that registry. Where the new node image brings them, accept it.',
    ),
    items,
  );
  const consequence =
    'Where the node image does not bring them, the first new node does not come up; the old ones stay.';
  return acceptable(finding, consequence, lacking);
}
