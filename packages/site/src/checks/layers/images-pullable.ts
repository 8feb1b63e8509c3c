import { isSealiftError } from '@sealift/core/errors';
import type { Objects } from '@sealift/kubernetes/objects';
import { forEachBounded } from '@sealift/oci/pool';
import type { RegistryClient } from '@sealift/oci/registry-client';
import { block, type Finding, pass, warn } from '@sealift/upgrade/preflight/check';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { registryOfNodes } from '../../cluster/images/registry-of-nodes.ts';
import type { ImageRegistry } from '../../settings.ts';

/** Questions to the registry at a time. */
const concurrency = 8;
const shown = 3;

/** What nodes will ask the registry for: a digest, or the tag of an image that is named by the registry itself. */
export interface WantedImage {
  readonly repository: string;
  readonly reference: string;
}

/**
 * Asks the registry for images as the nodes will, with the login that their pods are given. From here it may be out of reach though it is not
 * from the nodes, which is no reason to stop.
 *
 * @param wanted by what their manifests call them
 */
export async function pullable(
  imageRegistry: ImageRegistry,
  wanted: ReadonlyMap<string, WantedImage>,
  objects: Objects,
  cancel: Cancel,
): Promise<Finding> {
  const { registry } = imageRegistry;
  let client: RegistryClient;
  try {
    client = await registryOfNodes(imageRegistry, () => Promise.resolve(objects), cancel);
  } catch (error) {
    if (!isSealiftError(error, 'PULL_SECRET_UNUSABLE')) throw error;
    return block(error.message, error.hint);
  }
  const missing: string[] = [];
  try {
    await forEachBounded([...wanted], concurrency, async ([image, { repository, reference }]) => {
      if ((await client.headManifest(repository, reference)) === undefined) missing.push(image);
    });
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_UNAUTHORIZED') || isSealiftError(error, 'REGISTRY_DENIED')) {
      return block(error.message, 'Correct the login in the Secret, or the rights of its account in the registry.');
    }
    if (!isSealiftError(error) || cancel.aborted) throw error;
    return warn(error.message, `See that the nodes reach ${registry}; from this machine it could not be asked.`);
  } finally {
    client.close();
  }
  if (missing.length === 0) return pass(`${wanted.size} images at ${registry}`);
  const more = missing.length > shown ? ` and ${missing.length - shown} more` : '';
  return block(
    `${registry} does not have ${missing.toSorted().slice(0, shown).join(', ')}${more}`,
    'Run the bundle of the release against that registry, under the path that Site Settings or --image-registry gives. What values name there of their own has to be pushed there, or named otherwise.',
  );
}
