import type { Check, CheckItem } from '@sealift/core/check';
import { DocumentError, readYamlDocument } from '@sealift/core/document';
import { asSealiftError, isSealiftError, SealiftError } from '@sealift/core/errors';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import type { Objects } from '@sealift/kubernetes/objects';
import { parseReference } from '@sealift/oci/reference';
import { acceptable, block, type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import { registryOfNodes } from '../../cluster/images/registry-of-nodes.ts';
import type { ImageRegistry } from '../../settings.ts';
import type { UpgradeNeeds } from '../vcenter-checks.ts';
import { type ComponentImages, componentImages, imageSourcesIn, withDefaults } from './kubeadm-images.ts';

/** Where it is looked. */
export interface ImageSides {
  /** Of the cluster whose Cluster API makes the machines. */
  objects(): Promise<Objects>;
  readonly enterprise: () => Promise<Objects>;
  readonly cluster: ClusterName | undefined;
  readonly imageRegistry: ImageRegistry | undefined;
}

type ImageNeeds = Pick<UpgradeNeeds, 'nodeVersions'>;

/**
 * Whether new nodes get the images of Kubernetes itself where the cluster says that they come from a registry of the site. Where it names none they
 * are in the node image, as those of the nodes that run, which cannot be seen from outside.
 */
export function componentImagesCheck(sides: ImageSides, needs: ImageNeeds): Promise<Check> {
  return runCheck('component-images', 'New nodes get the images of Kubernetes itself', async (cancel) => {
    if (needs.nodeVersions.length === 0) return pass('No node is replaced');
    const objects = await sides.objects();
    const { controlPlane } = await readClusterState(objects, sides.cluster, cancel);
    const config = 'config' in controlPlane.setup ? controlPlane.setup.config : {};
    const ofControlPlane = imageSourcesIn(config['clusterConfiguration']);
    const sources = withDefaults(ofControlPlane, imageSourcesIn(await runningConfiguration(sides, cancel)));
    const next = together(needs.nodeVersions.map((version) => componentImages(sources, version)));
    if (next.named.length === 0 && next.untold.length === 0) {
      const from = sources.repository ?? 'the registry of Kubernetes itself';
      return pass(`They are named by ${from}, so nodes have them in their image or by a mirror; no registry is asked`);
    }
    const now = componentImages(sources, controlPlane.version);
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

/**
 * What kubeadm was told when the cluster was made, and Cluster API since (kubeadm, ConfigMap `kubeadm-config`); undefined where nothing was.
 *
 * @throws KUBERNETES_ANSWER_INVALID, KUBERNETES_…
 */
async function runningConfiguration({ enterprise }: ImageSides, cancel: AbortSignal): Promise<unknown> {
  const at = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'kubeadm-config' };
  const data = (await (await enterprise()).get(at, cancel))?.['data'];
  const text =
    typeof data === 'object' && data !== null ? (data as Record<string, unknown>)['ClusterConfiguration'] : undefined;
  if (typeof text !== 'string') return undefined;
  try {
    return readYamlDocument(text, 1_000_000).value;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const reason = `its ClusterConfiguration is no YAML${error.at}`;
    const place = `ConfigMap ${at.namespace}/${at.name}`;
    throw new SealiftError('KUBERNETES_ANSWER_INVALID', { values: { reason }, place, cause: error });
  }
}

/** What was learnt of images: those that their registry does not have, and what could not be asked. */
export interface AskedImages {
  readonly missing: ReadonlySet<string>;
  readonly failures: readonly CheckItem[];
}

async function missingAmong(
  images: readonly string[],
  { imageRegistry, enterprise }: ImageSides,
  cancel: AbortSignal,
): Promise<AskedImages> {
  const missing = new Set<string>();
  const failures: CheckItem[] = [];
  const parsed = images.map((image) => ({ image, ...parseReference(image) }));
  for (const registry of new Set(parsed.map((one) => one.registry))) {
    // The login that pods are given is known for one registry; for others nodes have theirs in their own configuration.
    const known = imageRegistry?.registry === registry ? imageRegistry : { registry, base: '' };
    try {
      const client = await registryOfNodes(known, enterprise, cancel);
      try {
        for (const { image, repository, tag = 'latest' } of parsed.filter((one) => one.registry === registry)) {
          if ((await client.headManifest(repository, tag)) === undefined) missing.add(image);
        }
      } finally {
        client.close();
      }
    } catch (error) {
      if (!isSealiftError(error) || cancel.aborted) throw error;
      const { message, hint } = asSealiftError(error);
      failures.push({ place: registry, text: message, remedy: hint });
    }
  }
  return { missing, failures };
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
