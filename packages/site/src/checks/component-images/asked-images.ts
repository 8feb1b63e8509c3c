import type { CheckItem } from '@sealift/core/check';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import { parseReference } from '@sealift/oci/reference';
import { registryOfNodes } from '../../cluster/images/registry-of-nodes.ts';
import type { ImageSides } from './image-sources.ts';

/** What was learnt of images: those that their registry does not have, and what could not be asked. */
export interface AskedImages {
  readonly missing: ReadonlySet<string>;
  readonly failures: readonly CheckItem[];
}

/**
 * Asks the registries that images name for them, as the nodes will; of one that does not answer nothing is known.
 *
 * @throws the reason of `cancel`
 */
export async function missingAmong(
  images: readonly string[],
  { imageRegistry, enterprise }: Pick<ImageSides, 'imageRegistry' | 'enterprise'>,
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
