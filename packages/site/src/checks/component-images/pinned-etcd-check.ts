import type { Check } from '@sealift/core/check';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import { imageReference } from '@sealift/oci/reference';
import { acceptable, block, type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import { readRunningEtcd } from '../../cluster/emulation/running-etcd.ts';
import type { UpgradeNeeds } from '../vcenter-checks.ts';
import { type AskedImages, missingAmong } from './asked-images.ts';
import { type ImageSides, readSources } from './image-sources.ts';
import { etcdImage } from './kubeadm-images.ts';

/** Where it is looked: as for the images of Kubernetes itself, and among those of releases. */
export interface EtcdSides extends ImageSides {
  readonly content: Pick<ContentPort, 'digestOfImage'>;
}

/** An image that the nodes' mirror is asked for, and what is called so where it lies. */
interface Sought {
  readonly image: string;
  readonly at: string;
}

/**
 * Whether new machines get the etcd that an upgrade keeps, which their node image need not bring: it has that of its own Kubernetes. No check where etcd
 * is not kept.
 */
export function pinnedEtcdChecks(
  sides: EtcdSides,
  { keepsEtcd }: Pick<UpgradeNeeds, 'keepsEtcd'>,
): readonly Promise<Check>[] {
  if (!keepsEtcd) return [];
  return [
    runCheck('pinned-etcd-image', 'New machines get the etcd that is kept', async (cancel) => {
      const { sources, ofControlPlane } = await readSources(sides, cancel);
      const { tag: pinned } = ofControlPlane.etcd;
      const kept = pinned === undefined ? await readRunningEtcd(sides.enterprise, cancel) : { tag: pinned };
      if ('unknown' in kept) {
        return { outcome: 'unknown', detail: `Which etcd is kept is not known: ${kept.unknown}`, remedy: kept.remedy };
      }
      const { image, isUpstream } = etcdImage(sources, kept.tag);
      if (!isUpstream) return judge({ image, at: image }, await missingAmong([image], sides, cancel));
      const sought = { image, at: mirrored(image, sides) };
      if (sides.imageRegistry !== undefined) return judge(sought, await missingAmong([sought.at], sides, cancel));
      return judge(sought, await missingOfReleases(sought, sides.content, cancel));
    }),
  ];
}

/** Where bundles put an image that names another registry: at the registry that the nodes use, else at the console's own. */
function mirrored(image: string, { imageRegistry }: EtcdSides): string {
  if (imageRegistry === undefined) return image;
  const { registry, base } = imageRegistry;
  const { repository, tag } = imageReference(base, image);
  return `${registry}/${repository}:${tag}`;
}

async function missingOfReleases(
  { image, at }: Sought,
  content: EtcdSides['content'],
  cancel: AbortSignal,
): Promise<AskedImages> {
  try {
    const found = await content.digestOfImage(image, cancel);
    return { missing: new Set(found === undefined ? [at] : []), failures: [] };
  } catch (error) {
    if (!isSealiftError(error) || cancel.aborted) throw error;
    const { message, hint } = asSealiftError(error);
    return { missing: new Set(), failures: [{ place: 'the images of releases', text: message, remedy: hint }] };
  }
}

function judge({ image, at }: Sought, { missing, failures }: AskedImages): Finding {
  const [failure] = failures;
  if (failure !== undefined) {
    const remedy = `See that new machines get ${image}; from this machine it could not be asked.`;
    return withItems(warn(`${failure.place} could not be asked: ${failure.text}`, remedy), failures);
  }
  const isNamed = image === at;
  if (!missing.has(at)) return pass(isNamed ? `${image} is there` : `${image} is there, as ${at}`);
  const where = isNamed ? '' : `: there is no ${at}`;
  const finding = block(
    `${image} is not where new machines would pull it${where}`,
    `Bring it with a release, among its images, or push it to a registry of the site and name that as clusterConfiguration.etcd.local.imageRepository of the KubeadmControlPlane. Where the new node image brings it, accept it. Or start the upgrade without --reversible.`,
  );
  const consequence =
    'Where the node image does not bring it, the first new machine of the control plane does not come up; the old ones go on serving.';
  return acceptable(finding, consequence, [image]);
}
