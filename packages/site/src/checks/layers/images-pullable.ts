import { isSealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import type { Objects } from '@sealift/kubernetes/objects';
import { basicCredential, type Credential } from '@sealift/oci/credential';
import { parseDigest } from '@sealift/oci/digest';
import { forEachBounded } from '@sealift/oci/pool';
import { RegistryClient } from '@sealift/oci/registry-client';
import { block, type Finding, pass, warn } from '@sealift/upgrade/preflight/check';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { PinnedImage } from '../../cluster/images/release-images.ts';
import { loginOf, readPullSecret } from '../../cluster/images/pull-secret.ts';
import type { ImageRegistry } from '../../settings.ts';

/** Questions to the registry at a time. */
const concurrency = 8;
const shown = 3;
const loopback = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/;

/**
 * Asks the registry for images as the nodes will, with the login that their pods are given. From here it may be out of reach though it is not
 * from the nodes, which is no reason to stop.
 *
 * @param wanted by what their manifests call them
 */
export async function pullable(
  { registry, pullSecret }: ImageRegistry,
  wanted: ReadonlyMap<string, PinnedImage>,
  objects: Objects,
  cancel: Cancel,
): Promise<Finding> {
  let credential: Credential | undefined;
  if (pullSecret !== undefined) {
    try {
      const login = loginOf(await readPullSecret(objects, registry, pullSecret, cancel), registry);
      credential = login && basicCredential(login.username, new Secret(login.password));
    } catch (error) {
      if (!isSealiftError(error, 'PULL_SECRET_UNUSABLE')) throw error;
      return block(error.message, error.hint);
    }
  }
  const client = new RegistryClient({
    registry,
    // Only there may it speak without TLS.
    plainHttp: loopback.test(registry),
    credential,
    cancel,
    retryDelaysMs: [500],
  });
  const missing: string[] = [];
  try {
    await forEachBounded([...wanted], concurrency, async ([image, { repository, digest }]) => {
      if ((await client.headManifest(repository, parseDigest(digest))) === undefined) missing.push(image);
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
  if (missing.length === 0) return pass(`${wanted.size} images at ${registry}, by digest`);
  const more = missing.length > shown ? ` and ${missing.length - shown} more` : '';
  return block(
    `${registry} does not have ${missing.toSorted().slice(0, shown).join(', ')}${more}`,
    'Run the bundle of the release against that registry, under the path that the console is started with.',
  );
}
